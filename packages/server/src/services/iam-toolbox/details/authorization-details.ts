import assert from "node:assert";
import type { Clock } from "../../../kernel/clock.ts";
import type { Ids } from "../../../kernel/ids.ts";
import { LiveFeed } from "../../../kernel/live-feed.ts";
import { LruMap } from "../../../kernel/lru-map.ts";
import type { DecisionLog, DecisionRecord } from "../../../kernel/ports/decisions.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import { ReadableRows } from "../../../kernel/readable-rows.ts";
import type { Store } from "../../../kernel/store.ts";
import { nextTurn } from "../../../kernel/work/turns.ts";
import { WriteBehind } from "../../../kernel/work/write-behind.ts";
import type { AuthorizationDetailRow, IamToolboxTables } from "../tables.ts";
import { DetailsRetention, KEPT_MS, keeperOf, keepersOf, keptMaxOf } from "./details-retention.ts";

/** The number of an account's decisions kept in memory, watched ones among them. */
const REMEMBERED_MAX = 1_000;
/** Larger ones aren't kept; on AWS very large evaluations have no details either. */
const DETAILS_CHARS_MAX = 512 * 1024;
/** The number of denials that a new reader gets first, and as many of outsiders. */
const SENT_FIRST_MAX = 100;
/** Denials of outsiders that readers get in a second: a flood of them hides no other. */
const OUTSIDERS_SHOWN_MAX = 5;
/** The number of one request's denials that are found by its id. */
const OF_REQUEST_MAX = 1_000;
const FLUSH_DELAY_MS = 1_000;
/** The number of denials in one transaction: nothing else is served during it. */
const WRITTEN_AT_ONCE = 20;
/** Seen on AWS: 25 characters of `[0-9a-z]`. */
const ID_LENGTH = 25;
const ID = /^[0-9a-z]{25}$/;

/** The decisions of an account, or of its outsiders; those of others never evict them. */
interface KeptDecisions {
  readonly remembered: LruMap<string, DecisionRecord>;
  /** Kept apart, since allowed decisions would evict denials while a reader watches. */
  readonly latestDenials: LruMap<string, DecisionRecord>;
  unwritten: DecisionRecord[];
  /** So many were shown to readers in this second. */
  readonly shown: { second: number; count: number };
}

/** Denials with their reasons, for a day; written in batches, since AWS's appear late too. */
export class AuthorizationDetails implements DecisionLog {
  readonly #feed: LiveFeed<DecisionRecord>;
  readonly #store: Store<IamToolboxTables>;
  readonly #clock: Clock;
  readonly #ids: Ids;
  readonly #writes: WriteBehind;
  readonly #retention: DetailsRetention;
  readonly #rows: ReadableRows;
  readonly #keepers = new Map<string, KeptDecisions>();

  constructor(deps: { store: Store; clock: Clock; ids: Ids; log: Log }) {
    this.#store = deps.store.tables<IamToolboxTables>();
    this.#clock = deps.clock;
    this.#ids = deps.ids;
    this.#rows = new ReadableRows("iam-toolbox", deps.log);
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
    for (const keeper of await this.#retention.keepers()) {
      const rows = await this.#store.db
        .selectFrom("iam_authorization_details")
        .select(["authorization_id", "details"])
        .where("account_id", "=", keeper)
        .orderBy("created_ms", "desc")
        .limit(SENT_FIRST_MAX)
        .execute();
      const { latestDenials } = this.#of(keeper);
      const earlier = this.#readable(rows.reverse());
      const noted = [...latestDenials.values()];
      for (const denial of [...earlier, ...noted])
        latestDenials.set(denial.authorizationId, denial);
    }
  }

  /** Reads the account's latest denials, since readers come after them, then each decision. */
  subscribe(accountId: string, read: (decision: DecisionRecord) => void): () => void {
    const denials = keepersOf(accountId)
      .flatMap((keeper) => {
        const kept = [...(this.#keepers.get(keeper)?.latestDenials.values() ?? [])];
        return kept.slice(-SENT_FIRST_MAX);
      })
      .sort((a, b) => a.atMs - b.atMs);
    for (const denial of denials) if (!this.#isExpired(denial)) read(denial);
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
    const keeper = keeperOf(decision);
    const own = this.#of(keeper);
    own.remembered.set(decision.authorizationId, decision);
    if (!decision.isOutsider || isShown(own, decision.atMs))
      this.#feed.publish(decision.accountId, decision);
    if (decision.evaluatedEffect === "ALLOW") return;
    own.latestDenials.set(decision.authorizationId, decision);
    own.unwritten.push(decision);
    if (own.unwritten.length > keptMaxOf(keeper)) own.unwritten.shift();
    this.#writes.mark();
  }

  /** Finds the decision with an authorization id, or all denials of the request with an id. */
  async find(id: string, accountId: string): Promise<readonly DecisionRecord[]> {
    const found = ID.test(id)
      ? await this.#findOne(id, accountId)
      : await this.#findAll(id, accountId);
    return found.filter((each) => each.accountId === accountId && !this.#isExpired(each));
  }

  async #findOne(id: string, accountId: string): Promise<readonly DecisionRecord[]> {
    for (const keeper of keepersOf(accountId)) {
      const remembered = this.#keepers.get(keeper)?.remembered.get(id);
      if (remembered) return [remembered];
    }
    return this.#read("authorization_id", id);
  }

  async #findAll(requestId: string, accountId: string): Promise<readonly DecisionRecord[]> {
    const written = await this.#read("request_id", requestId);
    const inMemory = keepersOf(accountId).flatMap((keeper) => {
      const { remembered, unwritten } = this.#of(keeper);
      return [...remembered.values(), ...unwritten].filter(
        (each) => each.requestId === requestId && each.evaluatedEffect !== "ALLOW",
      );
    });
    const byId = [...written, ...inMemory].map((each) => [each.authorizationId, each] as const);
    return [...new Map(byId).values()].slice(0, OF_REQUEST_MAX);
  }

  #of(keeper: string): KeptDecisions {
    let own = this.#keepers.get(keeper);
    if (!own) {
      const remembered = new LruMap<string, DecisionRecord>(REMEMBERED_MAX);
      const latestDenials = new LruMap<string, DecisionRecord>(2 * SENT_FIRST_MAX);
      own = { remembered, latestDenials, unwritten: [], shown: { second: 0, count: 0 } };
      this.#keepers.set(keeper, own);
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
    for (const [keeper, own] of [...this.#keepers]) {
      const taken = own.unwritten;
      own.unwritten = [];
      for (let from = 0; from < taken.length; from += WRITTEN_AT_ONCE) {
        try {
          await this.#insert(taken.slice(from, from + WRITTEN_AT_ONCE));
        } catch (error) {
          own.unwritten = [...taken.slice(from), ...own.unwritten].slice(-keptMaxOf(keeper));
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
        account_id: keeperOf(decision),
        request_id: decision.requestId,
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
    this.#keepers.clear();
  }

  async #read(
    column: "authorization_id" | "request_id",
    id: string,
  ): Promise<readonly DecisionRecord[]> {
    const rows = await this.#store.db
      .selectFrom("iam_authorization_details")
      .select(["authorization_id", "details"])
      .where(column, "=", id)
      .orderBy("created_ms")
      .limit(OF_REQUEST_MAX)
      .execute();
    return this.#readable(rows);
  }

  #readable(
    rows: readonly Pick<AuthorizationDetailRow, "authorization_id" | "details">[],
  ): DecisionRecord[] {
    return this.#rows.of("denial", rows, (row) => row.authorization_id, recordOf);
  }
}

function recordOf({
  authorization_id,
  details,
}: Pick<AuthorizationDetailRow, "authorization_id" | "details">): DecisionRecord {
  const record = JSON.parse(details) as DecisionRecord;
  assert(record.authorizationId === authorization_id, "the record is another one's");
  return record;
}

function isShown({ shown }: KeptDecisions, atMs: number): boolean {
  const second = Math.floor(atMs / 1_000);
  if (shown.second !== second) Object.assign(shown, { second, count: 0 });
  shown.count += 1;
  return shown.count <= OUTSIDERS_SHOWN_MAX;
}
