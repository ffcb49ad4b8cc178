import type { Transaction } from "../../kernel/store.ts";

/**
 * Counts changes of identities and policies, so that what was gathered from the database can be
 * kept until the account's next change. Numbers come from one sequence: data read while the
 * sequence stood at `n` is current as long as `of(account) <= n`.
 */
export class Generations {
  #sequence = 0;
  /** Of all accounts at once, when the database was emptied. */
  #lastChangeOfAll = 0;
  readonly #lastChange = new Map<string, number>();

  /** The sequence number of the account's last change; 0 when there was none since the start. */
  of(accountId: string): number {
    return this.#lastChange.get(accountId) ?? this.#lastChangeOfAll;
  }

  current(): number {
    return this.#sequence;
  }

  /** Counts a change of `accountId` once `tx` is committed. */
  bumpAfterCommit(tx: Pick<Transaction, "afterCommit">, accountId: string): void {
    tx.afterCommit(() => this.bump(accountId));
  }

  bump(accountId: string): void {
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
