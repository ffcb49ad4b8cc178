import type { Chance } from "../fuzz/chance.ts";
import type { Model } from "./model.ts";
import type { Node } from "./node.ts";
import { byKey } from "./pages.ts";
import { type Change, remembered } from "./remembered.ts";
import { UNKNOWN } from "./sameness.ts";
import { changeTags, type Tags } from "./tags.ts";

const PREFIX = "kills-";

interface Thing {
  readonly arn: string | symbol;
  readonly value: string;
  readonly tags: Tags;
}

/** Resources of one kind whose ARN the server chooses, each with a name, a value and tags. */
export interface ArnKind {
  readonly name: string;
  /** Fewer than the quota of the kind. */
  readonly keys: number;
  /** AWS's noun, as operations are called. */
  readonly noun: string;
  prepare?(at: Node): Promise<void>;
  value(chance: Chance): string;
  /** Resolves to the new ARN. */
  create(at: Node, name: string, value: string): Promise<string | undefined>;
  update?(at: Node, arn: string, value: string): Promise<unknown>;
  delete(at: Node, arn: string): Promise<unknown>;
  list(at: Node): Promise<readonly Listed[]>;
  readonly tags: {
    tag(at: Node, resourceArn: string, tags: Tags): Promise<unknown>;
    untag(at: Node, resourceArn: string, tagKeys: string[]): Promise<unknown>;
  };
}

export interface Listed {
  readonly arn?: string | undefined;
  readonly name?: string | undefined;
  readonly tags?: Tags | undefined;
  readonly value: string;
}

export function arnThings(kind: ArnKind): Model {
  const { noun, update, tags } = kind;

  function change(key: string, thing: Thing | undefined, chance: Chance): Change<Thing> {
    const value = kind.value(chance);
    if (!thing)
      return {
        says: `Create${noun} ${key} ${value}`,
        send: (at) => kind.create(at, PREFIX + key, value),
        after: (arn) => ({ arn: typeof arn === "string" ? arn : UNKNOWN, value, tags: {} }),
      };
    const arn = String(thing.arn);
    if (chance.rarely(4))
      return {
        says: `Delete${noun} ${key}`,
        send: (at) => kind.delete(at, arn),
        after: () => undefined,
      };
    if (update === undefined || chance.rarely(2))
      return changeTags(thing, chance, `${noun} ${key}`, {
        tag: (at, name, text) => tags.tag(at, arn, { [name]: text }),
        untag: (at, name) => tags.untag(at, arn, [name]),
      });
    return {
      says: `Update${noun} ${key} ${value}`,
      send: (at) => update(at, arn, value),
      after: () => ({ ...thing, value }),
    };
  }

  async function read(at: Node): Promise<ReadonlyMap<string, Thing>> {
    const listed = await kind.list(at);
    const named = listed.map(
      ({ arn = "", name, tags: own = {}, value }) => [name, { arn, value, tags: own }] as const,
    );
    return byKey(PREFIX, named);
  }

  const { name, keys, prepare } = kind;
  return remembered<Thing>({ name, keys, change, read, ...(prepare && { prepare }) });
}
