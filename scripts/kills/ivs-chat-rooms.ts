import { Ivschat } from "@aws-sdk/client-ivschat";
import type { Chance } from "../fuzz/chance.ts";
import type { Node } from "./node.ts";
import { allPages, byKey } from "./pages.ts";
import { type Change, remembered } from "./remembered.ts";
import { UNKNOWN } from "./sameness.ts";
import { changeTags, type Tags } from "./tags.ts";

/* Chat rooms. */

const PREFIX = "kills-";

interface Room {
  readonly arn: string | symbol;
  readonly length: number;
  readonly rate: number;
  readonly tags: Tags;
}

function change(key: string, room: Room | undefined, chance: Chance): Change<Room> {
  const [length, rate] = [1 + chance.below(500), 1 + chance.below(100)];
  const settings = { maximumMessageLength: length, maximumMessageRatePerSecond: rate };
  if (!room)
    return {
      says: `CreateRoom ${key}`,
      send: (at) => at.client(Ivschat).createRoom({ name: PREFIX + key, ...settings }),
      after: (answer) => {
        const { arn } = (answer ?? {}) as { arn?: string };
        return { arn: arn ?? UNKNOWN, length, rate, tags: {} };
      },
    };
  const identifier = String(room.arn);
  if (chance.rarely(5))
    return {
      says: `DeleteRoom ${key}`,
      send: (at) => at.client(Ivschat).deleteRoom({ identifier }),
      after: () => undefined,
    };
  if (chance.rarely(2))
    return changeTags(room, chance, `room ${key}`, {
      tag: (at, name, value) =>
        at.client(Ivschat).tagResource({ resourceArn: identifier, tags: { [name]: value } }),
      untag: (at, name) =>
        at.client(Ivschat).untagResource({ resourceArn: identifier, tagKeys: [name] }),
    });
  return {
    says: `UpdateRoom ${key} ${length} ${rate}`,
    send: (at) => at.client(Ivschat).updateRoom({ identifier, ...settings }),
    after: () => ({ ...room, length, rate }),
  };
}

async function read(at: Node): Promise<ReadonlyMap<string, Room>> {
  const chat = at.client(Ivschat);
  const listed = await allPages(
    (nextToken) => chat.listRooms({ nextToken }),
    ({ rooms }) => rooms,
    ({ nextToken }) => nextToken,
  );
  const named: [string | undefined, Room][] = [];
  for (const { arn = "", name } of listed) {
    const { maximumMessageLength, maximumMessageRatePerSecond, tags } = await chat.getRoom({
      identifier: arn,
    });
    const [length, rate] = [maximumMessageLength ?? 0, maximumMessageRatePerSecond ?? 0];
    named.push([name, { arn, length, rate, tags: tags ?? {} }]);
  }
  return byKey(PREFIX, named);
}

export const rooms = remembered<Room>({ name: "ivs-chat-rooms", keys: 8, change, read });
