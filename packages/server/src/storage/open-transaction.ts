import type { Kysely } from "kysely";
import type { Tables, Transaction } from "../kernel/store.ts";

/** A transaction as services see it; its store calls `committed` once it is durable. */
export class OpenTransaction implements Transaction {
  readonly db: Kysely<Tables>;
  readonly #committed: (() => void)[];

  constructor(db: Kysely<Tables>, committed: (() => void)[]) {
    this.db = db;
    this.#committed = committed;
  }

  afterCommit(run: () => void): void {
    this.#committed.push(run);
  }

  tables<U extends Tables>(): Transaction<U> {
    return this as unknown as Transaction<U>;
  }
}
