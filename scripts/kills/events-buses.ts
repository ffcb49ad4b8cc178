import { EventBridge } from "@aws-sdk/client-eventbridge";
import type { Chance } from "../fuzz/chance.ts";
import type { Node } from "./node.ts";
import { allPages, byKey } from "./pages.ts";
import { type Change, remembered } from "./remembered.ts";
import { changeTags, type Tags, tagsOf } from "./tags.ts";

/* Event buses with tags and an archive each. */

const PREFIX = "kills-bus-";

interface Bus {
  readonly description: string;
  readonly tags: Tags;
  /** How many days its archive keeps events. */
  readonly days: number | undefined;
}

function change(key: string, bus: Bus | undefined, chance: Chance): Change<Bus> {
  const Name = PREFIX + key;
  const ResourceARN = `arn:aws:events:us-east-1:000000000000:event-bus/${Name}`;
  const of = (at: Node) => at.client(EventBridge);
  const Description = `description ${chance.below(1e6)}`;
  if (!bus)
    return {
      says: `CreateEventBus ${key}`,
      send: (at) => of(at).createEventBus({ Name, Description }),
      after: () => ({ description: Description, tags: {}, days: undefined }),
    };
  const { days } = bus;
  switch (chance.below(4)) {
    case 0:
      return {
        says: `UpdateEventBus ${key} ${Description}`,
        send: (at) => of(at).updateEventBus({ Name, Description }),
        after: () => ({ ...bus, description: Description }),
      };
    case 1:
      return changeTags(bus, chance, `bus ${key}`, {
        tag: (at, Key, Value) => of(at).tagResource({ ResourceARN, Tags: [{ Key, Value }] }),
        untag: (at, TagKey) => of(at).untagResource({ ResourceARN, TagKeys: [TagKey] }),
      });
    case 2:
      if (days === undefined)
        return {
          says: `DeleteEventBus ${key}`,
          send: (at) => of(at).deleteEventBus({ Name }),
          after: () => undefined,
        };
      return {
        says: `DeleteArchive ${key}`,
        send: (at) => of(at).deleteArchive({ ArchiveName: Name }),
        after: () => ({ ...bus, days: undefined }),
      };
    default: {
      const RetentionDays = 1 + chance.below(1_000);
      const settings = { ArchiveName: Name, RetentionDays };
      return {
        says: `${days === undefined ? "Create" : "Update"}Archive ${key} ${RetentionDays}`,
        send: (at) =>
          days === undefined
            ? of(at).createArchive({ ...settings, EventSourceArn: ResourceARN })
            : of(at).updateArchive(settings),
        after: () => ({ ...bus, days: RetentionDays }),
      };
    }
  }
}

async function read(at: Node): Promise<ReadonlyMap<string, Bus>> {
  const events = at.client(EventBridge);
  const [buses, archives] = await Promise.all([
    allPages(
      (NextToken) => events.listEventBuses({ NamePrefix: PREFIX, NextToken }),
      ({ EventBuses }) => EventBuses,
      ({ NextToken }) => NextToken,
    ),
    allPages(
      (NextToken) => events.listArchives({ NamePrefix: PREFIX, NextToken }),
      ({ Archives }) => Archives,
      ({ NextToken }) => NextToken,
    ),
  ]);
  const days = new Map(
    archives.map(({ ArchiveName, RetentionDays }) => [ArchiveName, RetentionDays]),
  );
  const named: [string | undefined, Bus][] = [];
  for (const { Name, Arn, Description: description = "" } of buses) {
    const { Tags } = await events.listTagsForResource({ ResourceARN: Arn });
    named.push([Name, { description, tags: tagsOf(Tags), days: days.get(Name) }]);
    days.delete(Name);
  }
  // An archive whose bus isn't there is one that nobody has asked for.
  for (const [name, of] of days) named.push([name, { description: "no bus", tags: {}, days: of }]);
  return byKey(PREFIX, named);
}

export const buses = remembered<Bus>({ name: "events-buses", keys: 8, change, read });
