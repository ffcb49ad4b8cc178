import type { Ids } from "../../../kernel/ids.ts";
import type { Store, Transaction } from "../../../kernel/store.ts";
import { SharedChanges } from "./shared-changes.ts";

/**
 * Counts changes of identities and policies, so that what was gathered from the database can be
 * kept until the account's next change. Numbers come from one sequence: data read while the
 * sequence stood at `n` is current as long as `of(account) <= n`.
 *
 * Changes of other nodes are counted by `refresh`, which every request awaits before it uses what
 * was kept. A node that is alone with its database has nothing to wait for.
 */
export class Generations {
  #sequence = 0;
  /** The last change of all accounts at once: the database was emptied. */
  #lastChangeOfAll = 0;
  readonly #lastChange = new Map<string, number>();
  /** Undefined if this node is alone with its database. */
  readonly #shared: SharedChanges | undefined;

  constructor(shared?: { readonly store: Store; readonly ids: Ids }) {
    this.#shared = shared?.store.shared
      ? new SharedChanges(shared.store, shared.ids, (accountId) => this.count(accountId))
      : undefined;
  }

  /** The sequence number of the account's last change; 0 when there was none since the start. */
  of(accountId: string): number {
    return this.#lastChange.get(accountId) ?? this.#lastChangeOfAll;
  }

  current(): number {
    return this.#sequence;
  }

  /** Once it resolves, all that other nodes had committed before the call is counted. */
  refresh(accountId: string): Promise<void> | undefined {
    return this.#shared?.refresh(accountId);
  }

  /** Announces a change of `accountId` that `tx` makes; it counts once `tx` is committed. */
  async bump(tx: Pick<Transaction, "tables" | "afterCommit">, accountId: string): Promise<void> {
    await this.#shared?.write(tx, accountId);
    tx.afterCommit(() => this.count(accountId));
  }

  /** Counts a change that is committed. */
  count(accountId: string): void {
    this.#sequence += 1;
    this.#lastChange.set(accountId, this.#sequence);
  }

  /** Counts a change of every account, known or not. */
  bumpAll(): void {
    this.#sequence += 1;
    this.#lastChangeOfAll = this.#sequence;
    this.#lastChange.clear();
  }
}
