import type { Chance } from "../fuzz/chance.ts";
import type { Node } from "./node.ts";
import { withMember } from "./pages.ts";
import type { Change } from "./remembered.ts";

export type Tags = Readonly<Record<string, string>>;

/** Sets one of a few tags of a thing, or takes it away. */
export function changeTags<State extends { readonly tags: Tags }>(
  state: State,
  chance: Chance,
  what: string,
  send: {
    readonly tag: (at: Node, name: string, value: string) => Promise<unknown>;
    readonly untag: (at: Node, name: string) => Promise<unknown>;
  },
): Change<State> {
  const name = `tag-${chance.below(3)}`;
  const value = name in state.tags ? undefined : String(chance.below(1e6));
  return {
    says: `${value === undefined ? "untag" : "tag"} ${what} ${name} ${value ?? ""}`,
    send: (at) => (value === undefined ? send.untag(at, name) : send.tag(at, name, value)),
    after: () => ({ ...state, tags: withMember(state.tags, name, value) }),
  };
}

/** Tags of a list of pairs, however the service spells their members. */
export function tagsOf(list: readonly object[] | undefined): Tags {
  const pairs = (list ?? []).map((pair) => Object.values(sorted(pair)) as [string, string]);
  return Object.fromEntries(pairs);
}

/** The name stands before the value: `Key` and `Value`, `TagKey` and `TagValue`. */
function sorted(pair: object): object {
  return Object.fromEntries(Object.entries(pair).sort(([a], [b]) => (a < b ? -1 : 1)));
}
