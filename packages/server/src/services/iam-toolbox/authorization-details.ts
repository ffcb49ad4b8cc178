import type { Clock } from "../../kernel/clock.ts";
import type { DecisionLog, DecisionRecord } from "../../kernel/decisions.ts";
import type { Ids } from "../../kernel/ids.ts";
import { LiveFeed } from "../../kernel/live-feed.ts";
import type { Log } from "../../kernel/log.ts";
import { LruMap } from "../../kernel/lru-map.ts";
import type { Store } from "../../kernel/store.ts";
import type { IamToolboxTables } from "./tables.ts";

/** Source: IAM user guide, "Authorization details": kept for 24 hours. */
const KEPT_MS = 24 * 60 * 60_000;
/** Denials kept at most: a flood of them drives out the oldest. */
const KEPT_MAX = 10_000;
/** Decisions remembered in memory, those that were watched among them. */
const REMEMBERED_MAX = 1_000;
/** Larger ones aren't kept; on AWS very large evaluations have no details either. */
const DETAILS_CHARS_MAX = 512 * 1024;
/** Denials that a new reader is told first. */
const TOLD_FIRST_MAX = 100;
const FLUSH_DELAY_MS = 1_000;
const PRUNE_INTERVAL_MS = 60_000;
/** Seen on AWS: 25 characters of `[0-9a-z]`. */
const ID_LENGTH = 25;

/** Denials with their reasons, for a day; written in batches, since AWS's appear late too. */
export class AuthorizationDetails implements DecisionLog {
  readonly #feed: LiveFeed<DecisionRecord>;
  readonly #store: Store<IamToolboxTables>;
  readonly #clock: Clock;
  readonly #ids: Ids;
  readonly #log: Log;
  readonly #remembered = new LruMap<string, DecisionRecord>(REMEMBERED_MAX);
  /** Of their own, since allowed decisions fill what is remembered while somebody watches. */
  readonly #latestDenials = new LruMap<string, DecisionRecord>(TOLD_FIRST_MAX);
  #unwritten: DecisionRecord[] = [];
  #timer: NodeJS.Timeout | undefined;
  #prunedMs = 0;

  constructor(deps: { store: Store; clock: Clock; ids: Ids; log: Log }) {
    this.#store = deps.store.tables<IamToolboxTables>();
    this.#clock = deps.clock;
    this.#ids = deps.ids;
    this.#log = deps.log;
    this.#feed = new LiveFeed((error) => deps.log.error({ err: error }, "decision reader"));
  }

  get isWatched(): boolean {
    return this.#feed.hasListeners;
  }

  /** Takes up the latest denials of the process before. */
  async start(): Promise<void> {
    const rows = await this.#store.db
      .selectFrom("iam_authorization_details")
      .select("details")
      .orderBy("created_ms", "desc")
      .limit(TOLD_FIRST_MAX)
      .execute();
    const earlier = rows.reverse().map(({ details }) => JSON.parse(details) as DecisionRecord);
    const noted = [...this.#latestDenials.values()];
    for (const denial of [...earlier, ...noted])
      this.#latestDenials.set(denial.authorizationId, denial);
  }

  /** The latest denials: whoever looks for one comes after it. Then each decision as it is made. */
  subscribe(read: (decision: DecisionRecord) => void): () => void {
    for (const denial of this.#latestDenials.values()) if (!this.#isExpired(denial)) read(denial);
    return this.#feed.subscribe(read);
  }

  newId(): string {
    let id = "";
    // The alphabet is of both cases: what isn't of AWS's is left out.
    while (id.length < ID_LENGTH) {
      id += this.#ids.alphanumeric(ID_LENGTH).replaceAll(/[A-Z]/g, "");
    }
    return id.slice(0, ID_LENGTH);
  }

  note(decision: DecisionRecord): void {
    this.#remembered.set(decision.authorizationId, decision);
    if (this.#feed.hasListeners) this.#feed.publish(decision);
    if (decision.evaluatedEffect === "ALLOW") return;
    this.#latestDenials.set(decision.authorizationId, decision);
    this.#unwritten.push(decision);
    if (this.#unwritten.length > KEPT_MAX) this.#unwritten.shift();
    this.#timer ??= setTimeout(() => void this.#flushInBackground(), FLUSH_DELAY_MS).unref();
  }

  async find(authorizationId: string, accountId: string): Promise<DecisionRecord | undefined> {
    const remembered = this.#remembered.get(authorizationId);
    const found = remembered ?? (await this.#read(authorizationId));
    return found?.accountId === accountId && !this.#isExpired(found) ? found : undefined;
  }

  #isExpired({ atMs }: DecisionRecord): boolean {
    return atMs < this.#clock.nowMs() - KEPT_MS;
  }

  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const written = this.#unwritten;
    this.#unwritten = [];
    const rows = written
      .map((decision) => ({
        authorization_id: decision.authorizationId,
        account_id: decision.accountId,
        created_ms: decision.atMs,
        details: JSON.stringify(decision),
      }))
      .filter(({ details }) => details.length <= DETAILS_CHARS_MAX);
    await this.#store.transaction(async ({ db }) => {
      for (const row of rows) {
        await db.insertInto("iam_authorization_details").values(row).execute();
      }
    });
    await this.#prune();
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#unwritten = [];
    this.#remembered.clear();
    this.#latestDenials.clear();
  }

  async #read(authorizationId: string): Promise<DecisionRecord | undefined> {
    const row = await this.#store.db
      .selectFrom("iam_authorization_details")
      .select("details")
      .where("authorization_id", "=", authorizationId)
      .executeTakeFirst();
    return row && (JSON.parse(row.details) as DecisionRecord);
  }

  async #flushInBackground(): Promise<void> {
    try {
      await this.flush();
    } catch (error) {
      this.#log.warn({ err: error }, "Authorization details couldn't be written.");
    }
  }

  async #prune(): Promise<void> {
    const nowMs = this.#clock.nowMs();
    if (nowMs - this.#prunedMs < PRUNE_INTERVAL_MS) return;
    this.#prunedMs = nowMs;
    const firstTooMuch = await this.#store.db
      .selectFrom("iam_authorization_details")
      .select("created_ms")
      .orderBy("created_ms", "desc")
      .offset(KEPT_MAX)
      .limit(1)
      .executeTakeFirst();
    const beforeMs = Math.max(nowMs - KEPT_MS, (firstTooMuch?.created_ms ?? -1) + 1);
    await this.#store.transaction(async ({ db }) => {
      await db.deleteFrom("iam_authorization_details").where("created_ms", "<", beforeMs).execute();
    });
  }
}
