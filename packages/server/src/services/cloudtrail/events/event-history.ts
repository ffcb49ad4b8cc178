import { type Kysely, sql } from "kysely";
import type { CloudTrailTables, EventBatchRow } from "../tables.ts";
import { unpackBatch } from "./event-batches.ts";
import { type FoundEvent, hasAttribute, type ParsedRecord } from "./shown-event.ts";

/** Batches read with one query. */
const BATCHES_AT_ONCE = 20;
/** Batches that one page looks through; a rare event may take several pages, some of them empty. */
const BATCHES_PER_PAGE_MAX = 400;
/** Comes after every event id of the same millisecond. */
const AFTER_EVERY_ID = "~";

/** The last event that was given; what follows is older, or of the same time with a lesser id. */
export interface HistoryPosition {
  readonly atMs: number;
  readonly eventId: string;
}

export interface HistorySearch {
  readonly accountId: string;
  readonly region: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly attribute: { readonly key: string; readonly value: string } | undefined;
  readonly limit: number;
  readonly position: HistoryPosition | undefined;
}

export interface HistoryPage {
  readonly found: readonly FoundEvent[];
  readonly next: HistoryPosition | undefined;
}

/** Reads batches, newest first, and merges their events: batches may overlap in time. */
export class EventHistory {
  readonly #db: Kysely<CloudTrailTables>;

  constructor(db: Kysely<CloudTrailTables>) {
    this.#db = db;
  }

  async page(search: HistorySearch): Promise<HistoryPage> {
    const { limit } = search;
    let candidates: FoundEvent[] = [];
    let after: Pick<EventBatchRow, "last_ms" | "batch_id"> | undefined;
    for (let read = 0; ; read += BATCHES_AT_ONCE) {
      const rows = await this.#batches(search, after);
      for (const row of rows) candidates.push(...(await eventsOf(row, search)));
      candidates = candidates.sort(newestFirst);
      const last = rows.at(-1);
      if (last === undefined || rows.length < BATCHES_AT_ONCE) return cut(candidates, limit);
      // Nothing that is still unread is newer than this.
      const frontierMs = last.last_ms;
      const settled = candidates.filter(({ atMs }) => atMs > frontierMs);
      if (settled.length > limit) return cut(settled, limit);
      if (read + BATCHES_AT_ONCE >= BATCHES_PER_PAGE_MAX) {
        return { found: settled, next: { atMs: frontierMs, eventId: AFTER_EVERY_ID } };
      }
      after = last;
    }
  }

  #batches(
    { accountId, region, startMs, endMs, attribute, position }: HistorySearch,
    after: Pick<EventBatchRow, "last_ms" | "batch_id"> | undefined,
  ) {
    // A client's times may have fractions of a millisecond, of which a bigint column knows nothing.
    const latestMs = Math.floor(Math.min(endMs, position?.atMs ?? endMs));
    let query = this.#db
      .selectFrom("cloudtrail_batches")
      .select(["batch_id", "last_ms", "body"])
      .where("account_id", "=", accountId)
      .where("region", "=", region)
      .where("last_ms", ">=", Math.ceil(startMs))
      .where("first_ms", "<=", latestMs)
      .orderBy("last_ms", "desc")
      .orderBy("batch_id", "desc")
      .limit(BATCHES_AT_ONCE);
    if (attribute?.key === "ReadOnly") {
      query = query.where("read_only", "=", attribute.value === "true" ? 1 : 0);
    }
    if (after) {
      query = query.where(
        sql<boolean>`(last_ms < ${after.last_ms} or (last_ms = ${after.last_ms} and batch_id < ${after.batch_id}))`,
      );
    }
    return query.execute();
  }
}

function cut(events: readonly FoundEvent[], limit: number): HistoryPage {
  const found = events.slice(0, limit);
  const last = found.at(-1);
  const more = events.length > limit && last !== undefined;
  return { found, next: more ? { atMs: last.atMs, eventId: last.record.eventID } : undefined };
}

async function eventsOf(
  row: Pick<EventBatchRow, "body">,
  { startMs, endMs, attribute, position }: HistorySearch,
): Promise<readonly FoundEvent[]> {
  const mark = attribute && JSON.stringify(attribute.value).slice(1, -1);
  const events = await unpackBatch(row);
  return events
    .filter(({ atMs, text }) => atMs >= startMs && atMs <= endMs && (!mark || text.includes(mark)))
    .map((event): FoundEvent => ({ ...event, record: JSON.parse(event.text) as ParsedRecord }))
    .filter((event) => !attribute || hasAttribute(event, attribute))
    .filter((event) => !position || isBehind(event, position));
}

function isBehind({ atMs, record }: FoundEvent, position: HistoryPosition): boolean {
  return atMs < position.atMs || (atMs === position.atMs && record.eventID < position.eventId);
}

function newestFirst(one: FoundEvent, other: FoundEvent): number {
  return other.atMs - one.atMs || (one.record.eventID < other.record.eventID ? 1 : -1);
}
