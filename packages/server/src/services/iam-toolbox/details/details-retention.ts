import type { Clock } from "../../../kernel/clock.ts";
import type { DecisionRecord } from "../../../kernel/ports/decisions.ts";
import type { Store } from "../../../kernel/store.ts";
import { nextTurn } from "../../../kernel/work/turns.ts";
import type { IamToolboxTables } from "../tables.ts";

/** Source: IAM user guide, "Authorization details": kept for 24 hours. */
export const KEPT_MS = 24 * 60 * 60_000;
/** The most denials kept of one account: a flood of them evicts the account's own oldest. */
const KEPT_MAX = 10_000;
/** The same of outsiders, whose requests cost them nothing, and of the console. */
const OTHERS_KEPT_MAX = 1_000;
/** The most characters kept of one account's denials; a usual denial has a few thousand. */
const KEPT_CHARS_MAX = 64 * 1024 * 1024;
const PRUNE_INTERVAL_MS = 60_000;
/** After so many more denials, the excess is removed at once. */
const PRUNE_AFTER_MAX = 2_000;
/** Denials removed in one transaction. */
const PRUNED_AT_ONCE = 100;

const OUTSIDERS = "/outsiders";
const CONSOLE = "/console";

/**
 * The name under which a decision is kept: its account, that account's outsiders, or its console,
 * whose pages ask every few seconds: their denials drive out none that anybody else was given.
 */
export function keeperOf({
  accountId,
  isOutsider,
  client,
}: Pick<DecisionRecord, "accountId" | "isOutsider" | "client">): string {
  if (isOutsider) return accountId + OUTSIDERS;
  return client === "console" ? accountId + CONSOLE : accountId;
}

/** All names under which decisions of that account are kept. */
export function keepersOf(accountId: string): readonly string[] {
  return [accountId, accountId + OUTSIDERS, accountId + CONSOLE];
}

export function keptMaxOf(keeper: string): number {
  return keeper.includes("/") ? OTHERS_KEPT_MAX : KEPT_MAX;
}

/** Removes denials that are older than a day, and the oldest of an account that has too many. */
export class DetailsRetention {
  readonly #store: Store<IamToolboxTables>;
  readonly #clock: Clock;
  #prunedMs = 0;
  #added = 0;

  constructor(store: Store<IamToolboxTables>, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  added(count: number): void {
    this.#added += count;
  }

  /** Goes from keeper to keeper by the index, which costs nothing how many denials each has. */
  async keepers(): Promise<readonly string[]> {
    const keepers: string[] = [];
    for (let keeper = await this.#keeperAfter(""); keeper !== undefined; ) {
      keepers.push(keeper);
      keeper = await this.#keeperAfter(keeper);
    }
    return keepers;
  }

  async #keeperAfter(keeper: string): Promise<string | undefined> {
    const next = await this.#store.db
      .selectFrom("iam_authorization_details")
      .select("account_id")
      .where("account_id", ">", keeper)
      .orderBy("account_id")
      .limit(1)
      .executeTakeFirst();
    return next?.account_id;
  }

  /** Removes denials once in a while, and after a flood. */
  async prune(): Promise<void> {
    const nowMs = this.#clock.nowMs();
    if (nowMs - this.#prunedMs < PRUNE_INTERVAL_MS && this.#added < PRUNE_AFTER_MAX) return;
    this.#prunedMs = nowMs;
    this.#added = 0;
    for (const keeper of await this.keepers()) await this.#pruneKeeper(keeper, nowMs - KEPT_MS);
  }

  async #pruneKeeper(keeper: string, expiredBeforeMs: number): Promise<void> {
    // The index by account holds all that is counted: the details themselves aren't read.
    const kept = await this.#store.db
      .selectFrom("iam_authorization_details")
      .select(({ fn }) => [
        fn.countAll<number>().as("denials"),
        fn.sum<number>("details_chars").as("chars"),
      ])
      .where("account_id", "=", keeper)
      .executeTakeFirstOrThrow();
    let denials = Number(kept.denials) - keptMaxOf(keeper);
    let chars = Number(kept.chars) - KEPT_CHARS_MAX;
    for (;;) {
      const oldest = await this.#store.db
        .selectFrom("iam_authorization_details")
        .select(["authorization_id", "created_ms", "details_chars"])
        .where("account_id", "=", keeper)
        .orderBy("created_ms")
        .limit(PRUNED_AT_ONCE)
        .execute();
      const gone = oldest.filter(({ created_ms, details_chars }) => {
        const goes = created_ms < expiredBeforeMs || denials > 0 || chars > 0;
        if (!goes) return false;
        denials -= 1;
        chars -= details_chars;
        return true;
      });
      if (gone.length === 0) return;
      const ids = gone.map(({ authorization_id }) => authorization_id);
      await this.#store.transaction(async ({ db }) => {
        await db
          .deleteFrom("iam_authorization_details")
          .where("authorization_id", "in", ids)
          .execute();
      });
      if (gone.length < PRUNED_AT_ONCE) return;
      await nextTurn();
    }
  }
}
