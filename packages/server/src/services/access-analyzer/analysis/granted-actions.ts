import { type AuthorizationData, compilePolicy, PolicyCompileError } from "@rolecast/policy";
import { LruMap } from "../../../kernel/lru-map.ts";

/** Documents whose actions are remembered; one that allows everything has some 20,000. */
const REMEMBERED_MAX = 200;

/** Action names by service, as AWS spells them: `s3` → `GetObject`. */
export type ActionsByService = ReadonlyMap<string, ReadonlySet<string>>;

/** Finds the actions that identity policies name in their Allows, whatever narrows them. */
export class GrantedActions {
  readonly #known = new LruMap<string, ActionsByService>(REMEMBERED_MAX);
  readonly #data: AuthorizationData;

  constructor(data: AuthorizationData) {
    this.#data = data;
  }

  of(documents: readonly string[]): ActionsByService {
    const all = new Map<string, Set<string>>();
    for (const document of documents)
      for (const [service, actions] of this.#ofOne(document)) {
        const own = all.get(service) ?? new Set();
        for (const action of actions) own.add(action);
        all.set(service, own);
      }
    return all;
  }

  #ofOne(text: string): ActionsByService {
    const known = this.#known.get(text);
    if (known) return known;
    const found = this.#read(text);
    this.#known.set(text, found);
    return found;
  }

  #read(text: string): ActionsByService {
    const allows = statementsOf(text).filter(({ effect }) => effect === "Allow");
    const found = new Map<string, Set<string>>();
    for (const [service, { actions }] of Object.entries(this.#data.services)) {
      const own = Object.keys(actions).filter((name) =>
        allows.some(({ action }) => action.matches(`${service}:${name}`)),
      );
      if (own.length > 0) found.set(service, new Set(own));
    }
    return found;
  }
}

/** A stored policy compiles; one of an older version that doesn't grants nothing. */
function statementsOf(text: string) {
  try {
    return compilePolicy(text, { kind: "identity", id: "granted", managed: false }).statements;
  } catch (error) {
    if (error instanceof PolicyCompileError) return [];
    throw error;
  }
}
