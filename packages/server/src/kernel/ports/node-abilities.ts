import type { Reader } from "../store.ts";

/**
 * Things that nodes do with rows of the shared database, and that those of an earlier release
 * would do wrong. A node's row names those of its release: what needs one is refused as long as a
 * node without it lives, and no such node starts once a newer one has changed the tables.
 */
export type NodeAbility = "function-targets";

export const NODE_ABILITIES: readonly NodeAbility[] = ["function-targets"];

/** Knows the living nodes' abilities. Services contribute it. */
export interface NodeAbilities {
  /** Resolves to the URLs of living nodes that lack the ability. */
  nodesWithout(ability: NodeAbility, reader: Reader): Promise<readonly string[]>;
}
