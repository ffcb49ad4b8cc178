import { Ivs } from "@aws-sdk/client-ivs";
import type { Chance } from "../fuzz/chance.ts";
import type { Node } from "./node.ts";
import { allPages, byKey } from "./pages.ts";
import { type Change, remembered } from "./remembered.ts";
import { Bag, UNKNOWN } from "./sameness.ts";
import { changeTags, type Tags } from "./tags.ts";

/* Channels with stream keys and tags. */

const PREFIX = "kills-";

interface Channel {
  readonly arn: string | symbol;
  readonly latencyMode: string;
  readonly authorized: boolean;
  readonly tags: Tags;
  /** ARNs of its stream keys. */
  readonly keys: Bag<string | symbol>;
}

function change(key: string, channel: Channel | undefined, chance: Chance): Change<Channel> {
  const latencyMode = chance.one(["LOW", "NORMAL"] as const);
  const authorized = chance.rarely(2);
  if (!channel)
    return {
      says: `CreateChannel ${key} ${latencyMode}`,
      send: (at) =>
        at.client(Ivs).createChannel({ name: PREFIX + key, type: "BASIC", latencyMode }),
      after: (answer) => {
        const { channel: made, streamKey } = (answer ?? {}) as {
          channel?: { arn?: string };
          streamKey?: { arn?: string };
        };
        const keys = new Bag([streamKey?.arn ?? UNKNOWN]);
        return { arn: made?.arn ?? UNKNOWN, latencyMode, authorized: false, tags: {}, keys };
      },
    };
  const arn = String(channel.arn);
  const [streamKey] = channel.keys.items;
  switch (chance.below(5)) {
    case 0:
      return {
        says: `DeleteChannel ${key}`,
        send: (at) => at.client(Ivs).deleteChannel({ arn }),
        after: () => undefined,
      };
    case 1:
      return changeTags(channel, chance, `channel ${key}`, {
        tag: (at, name, value) =>
          at.client(Ivs).tagResource({ resourceArn: arn, tags: { [name]: value } }),
        untag: (at, name) => at.client(Ivs).untagResource({ resourceArn: arn, tagKeys: [name] }),
      });
    case 2:
      if (streamKey === undefined)
        return {
          says: `CreateStreamKey ${key}`,
          send: (at) => at.client(Ivs).createStreamKey({ channelArn: arn }),
          after: (answer) => {
            const made = answer as { streamKey?: { arn?: string } } | undefined;
            return { ...channel, keys: new Bag([made?.streamKey?.arn ?? UNKNOWN]) };
          },
        };
      return {
        says: `DeleteStreamKey ${key}`,
        send: (at) => at.client(Ivs).deleteStreamKey({ arn: String(streamKey) }),
        after: () => ({ ...channel, keys: new Bag([]) }),
      };
    default:
      return {
        says: `UpdateChannel ${key} ${latencyMode} ${authorized}`,
        send: (at) => at.client(Ivs).updateChannel({ arn, latencyMode, authorized }),
        after: () => ({ ...channel, latencyMode, authorized }),
      };
  }
}

async function read(at: Node): Promise<ReadonlyMap<string, Channel>> {
  const ivs = at.client(Ivs);
  const listed = await allPages(
    (nextToken) => ivs.listChannels({ nextToken }),
    ({ channels }) => channels,
    ({ nextToken }) => nextToken,
  );
  const named: [string | undefined, Channel][] = [];
  for (const { arn = "", name, latencyMode = "", authorized = false, tags = {} } of listed) {
    if (!name?.startsWith(PREFIX)) continue;
    const { streamKeys = [] } = await ivs.listStreamKeys({ channelArn: arn });
    const keys = new Bag(streamKeys.map(({ arn: of = "" }) => of));
    named.push([name, { arn, latencyMode, authorized, tags, keys }]);
  }
  return byKey(PREFIX, named);
}

export const channels = remembered<Channel>({ name: "ivs-channels", keys: 10, change, read });
