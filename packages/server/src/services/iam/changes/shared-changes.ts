import type { Ids } from "../../../kernel/ids.ts";
import { ORGANIZATIONS_KEY } from "../../../kernel/ports/change-counter.ts";
import type { Store, Transaction } from "../../../kernel/store.ts";
import { accountChanges, writeAccountChange } from "../rows/account-changes.ts";
import type { IamTables } from "../tables.ts";

/**
 * Lets nodes notice each other's changes by a row per account, whose id is a new one after each
 * change. A node reads it once for each request, or for all the requests that came while it was
 * reading before: what was committed before a request arrived is seen by it.
 */
export class SharedChanges {
  readonly #store: Store<IamTables>;
  readonly #ids: Ids;
  readonly #onChange: (accountId: string) => void;
  /** The change that this node knows of, by account. */
  readonly #known = new Map<string, string | undefined>();
  #waiting = new Set<string>();
  #next: Promise<void> | undefined;
  #reading: Promise<void> = Promise.resolve();

  constructor(store: Store, ids: Ids, onChange: (accountId: string) => void) {
    this.#store = store.tables<IamTables>();
    this.#ids = ids;
    this.#onChange = onChange;
  }

  refresh(accountId: string): Promise<void> {
    this.#waiting.add(accountId);
    // Decisions of every account depend on the organizations: asked in the same query.
    this.#waiting.add(ORGANIZATIONS_KEY);
    // Joins the reading that hasn't begun; the one that is under way may be too early.
    this.#next ??= this.#reading.then(() => this.#readWaiting());
    return this.#next;
  }

  /** Writes the row before all else, so that of two nodes one waits, and doesn't work in vain. */
  async write(tx: Pick<Transaction, "tables" | "afterCommit">, accountId: string): Promise<void> {
    const changeId = this.#ids.uuid();
    const { db } = tx.tables<IamTables>();
    await writeAccountChange(db, { account_id: accountId, change_id: changeId });
    tx.afterCommit(() => this.#known.set(accountId, changeId));
  }

  #readWaiting(): Promise<void> {
    const accountIds = [...this.#waiting];
    this.#waiting = new Set();
    this.#next = undefined;
    const reading = this.#read(accountIds);
    // Those who wait for it get its failure; the next reading begins all the same.
    this.#reading = reading.catch(() => undefined);
    return reading;
  }

  async #read(accountIds: readonly string[]): Promise<void> {
    const found = await accountChanges(this.#store.db, accountIds);
    for (const accountId of accountIds) {
      const changeId = found.get(accountId);
      if (this.#known.has(accountId) && this.#known.get(accountId) === changeId) continue;
      this.#known.set(accountId, changeId);
      this.#onChange(accountId);
    }
  }
}
