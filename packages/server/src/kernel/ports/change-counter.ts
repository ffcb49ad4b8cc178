import type { Transaction } from "../store.ts";

/**
 * Counts changes of what caches depend on, over several nodes too: every request has caught up with
 * other nodes' counts before it is decided. IAM implements it.
 */
export interface ChangeCounter {
  /** The number of the last change under this key: whatever was read at a lower one is stale. */
  of(key: string): number;
  /** The number to remember before reading. */
  current(): number;
  /** Counts a change that `tx` makes, once it is committed. */
  bump(tx: Pick<Transaction, "tables" | "afterCommit">, key: string): Promise<void>;
}

/** The key of everything that decisions read of organizations. Accounts have their ids as keys. */
export const ORGANIZATIONS_KEY = "organizations";
