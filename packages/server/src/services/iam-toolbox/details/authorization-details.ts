import type { Clock } from "../../../kernel/clock.ts";
import type { Ids } from "../../../kernel/ids.ts";
import { LiveFeed } from "../../../kernel/live-feed.ts";
import { LruMap } from "../../../kernel/lru-map.ts";
import type { DecisionLog, DecisionRecord } from "../../../kernel/ports/decisions.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import type { Store } from "../../../kernel/store.ts";
import { nextTurn } from "../../../kernel/work/turns.ts";
import { WriteBehind } from "../../../kernel/work/write-behind.ts";
import type { IamToolboxTables } from "../tables.ts";
import { DetailsRetention, KEPT_MAX, KEPT_MS } from "./details-retention.ts";

/** The number of an account's decisions kept in memory, watched ones among them. */
const REMEMBERED_MAX = 1_000;
/** Larger ones aren't kept; on AWS very large evaluations have no details either. */
const DETAILS_CHARS_MAX = 512 * 1024;
/** The number of denials that a new reader gets first. */
const SENT_FIRST_MAX = 100;
const FLUSH_DELAY_MS = 1_000;
/** The number of denials in one transaction: nothing else is served during it. */
const WRITTEN_AT_ONCE = 20;
/** Seen on AWS: 25 characters of `[0-9a-z]`. */
const ID_LENGTH = 25;

/** One account's decisions in memory; other accounts' decisions never evict them. */
interface AccountDecisions {
  readonly remembered: LruMap<string, DecisionRecord>;
  /** Kept apart, since allowed decisions would evict denials while a reader watches. */
  readonly latestDenials: LruMap<string, DecisionRecord>;
  unwritten: DecisionRecord[];
}

/** Denials with their reasons, for a day; written in batches, since AWS's appear late too. */
export class AuthorizationDetails implements DecisionLog {
  readonly #feed: LiveFeed<DecisionRecord>;
  readonly #store: Store<IamToolboxTables>;
  readonly #clock: Clock;
  readonly #ids: Ids;
  readonly #writes: WriteBehind;
  readonly #retention: DetailsRetention;
  readonly #accounts = new Map<string, AccountDecisions>();

  constructor(deps: { store: Store; clock: Clock; ids: Ids; log: Log }) {
    this.#store = deps.store.tables<IamToolboxTables>();
    this.#clock = deps.clock;
    this.#ids = deps.ids;
    this.#writes = new WriteBehind({
      afterMs: FLUSH_DELAY_MS,
      write: () => this.#write(),
      failed: (err) => deps.log.warn({ err }, "Authorization details couldn't be written."),
    });
    this.#retention = new DetailsRetention(this.#store, deps.clock);
    this.#feed = new LiveFeed((error) => deps.log.error({ err: error }, "decision reader"));
  }

  isWatched(accountId: string): boolean {
    return this.#feed.hasListeners(accountId);
  }

  /** Loads the latest denials of an earlier process. */
  async start(): Promise<void> {
    this.#writes.start();
    for (const accountId of await this.#retention.accounts()) {
      const rows = await this.#store.db
        .selectFrom("iam_authorization_details")
        .select("details")
        .where("account_id", "=", accountId)
        .orderBy("created_ms", "desc")
        .limit(SENT_FIRST_MAX)
        .execute();
      const { latestDenials } = this.#of(accountId);
      const earlier = rows.reverse().map(({ details }) => JSON.parse(details) as DecisionRecord);
      const noted = [...latestDenials.values()];
      for (const denial of [...earlier, ...noted])
        latestDenials.set(denial.authorizationId, denial);
    }
  }

  /** Reads the account's latest denials, since readers come after them, then each decision. */
  subscribe(accountId: string, read: (decision: DecisionRecord) => void): () => void {
    const { latestDenials } = this.#of(accountId);
    for (const denial of latestDenials.values()) if (!this.#isExpired(denial)) read(denial);
    return this.#feed.subscribe(accountId, read);
  }

  newId(): string {
    let id = "";
    // The alphabet has both cases: characters that AWS's ids don't have are left out.
    while (id.length < ID_LENGTH) {
      id += this.#ids.alphanumeric(ID_LENGTH).replaceAll(/[A-Z]/g, "");
    }
    return id.slice(0, ID_LENGTH);
  }

  note(decision: DecisionRecord): void {
    const own = this.#of(decision.accountId);
    own.remembered.set(decision.authorizationId, decision);
    this.#feed.publish(decision.accountId, decision);
    if (decision.evaluatedEffect === "ALLOW") return;
    own.latestDenials.set(decision.authorizationId, decision);
    own.unwritten.push(decision);
    if (own.unwritten.length > KEPT_MAX) own.unwritten.shift();
    this.#writes.mark();
  }

  async find(authorizationId: string, accountId: string): Promise<DecisionRecord | undefined> {
    const remembered = this.#accounts.get(accountId)?.remembered.get(authorizationId);
    const found = remembered ?? (await this.#read(authorizationId));
    return found?.accountId === accountId && !this.#isExpired(found) ? found : undefined;
  }

  #of(accountId: string): AccountDecisions {
    let own = this.#accounts.get(accountId);
    if (!own) {
      const remembered = new LruMap<string, DecisionRecord>(REMEMBERED_MAX);
      const latestDenials = new LruMap<string, DecisionRecord>(SENT_FIRST_MAX);
      own = { remembered, latestDenials, unwritten: [] };
      this.#accounts.set(accountId, own);
    }
    return own;
  }

  #isExpired({ atMs }: DecisionRecord): boolean {
    return atMs < this.#clock.nowMs() - KEPT_MS;
  }

  /** Writes what was noted. What is noted later is kept in memory until the next start. */
  close(): Promise<void> {
    return this.#writes.close();
  }

  /** Resolves when everything noted before is in the database. */
  flush(): Promise<void> {
    return this.#writes.flush();
  }

  async #write(): Promise<void> {
    for (const own of [...this.#accounts.values()]) {
      const taken = own.unwritten;
      own.unwritten = [];
      for (let from = 0; from < taken.length; from += WRITTEN_AT_ONCE) {
        try {
          await this.#insert(taken.slice(from, from + WRITTEN_AT_ONCE));
        } catch (error) {
          own.unwritten = [...taken.slice(from), ...own.unwritten].slice(-KEPT_MAX);
          throw error;
        }
        // Other requests are served between the parts of a flood.
        await nextTurn();
      }
    }
    await this.#retention.prune();
  }

  async #insert(decisions: readonly DecisionRecord[]): Promise<void> {
    const rows = decisions
      .map((decision) => ({
        authorization_id: decision.authorizationId,
        account_id: decision.accountId,
        created_ms: decision.atMs,
        details: JSON.stringify(decision),
      }))
      .filter(({ details }) => details.length <= DETAILS_CHARS_MAX)
      .map((row) => ({ ...row, details_chars: row.details.length }));
    await this.#store.transaction(async ({ db }) => {
      for (const row of rows) {
        // It is there already if only the answer of an earlier commit was lost.
        await db
          .insertInto("iam_authorization_details")
          .values(row)
          .onConflict((conflict) => conflict.column("authorization_id").doNothing())
          .execute();
      }
    });
    this.#retention.added(rows.length);
  }

  clear(): void {
    this.#writes.forget();
    this.#accounts.clear();
  }

  async #read(authorizationId: string): Promise<DecisionRecord | undefined> {
    const row = await this.#store.db
      .selectFrom("iam_authorization_details")
      .select("details")
      .where("authorization_id", "=", authorizationId)
      .executeTakeFirst();
    return row && (JSON.parse(row.details) as DecisionRecord);
  }
}
