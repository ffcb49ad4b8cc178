import { type Kysely, sql } from "kysely";
import { type Attribute, attributesOf, type ParsedRecord } from "../record/event-attributes.ts";
import { eventTimeMs } from "../record/event-ids.ts";
import type { CloudTrailTables, EventBatchRow } from "../tables.ts";
import { unpackBatch } from "./event-batches.ts";
import { EVERY_EVENT, eventKey } from "./event-keys.ts";
import type { FoundEvent } from "./shown-event.ts";
import { BATCH_SPAN_MAX_MS } from "./unpacked-batches.ts";

/** Batches read with the first query of a page; each further one reads twice as many. */
const BATCHES_FIRST = 4;
const BATCHES_AT_ONCE_MAX = 32;
/** Batches that one page looks through at most; the next page goes on after them. */
const BATCHES_PER_PAGE_MAX = 400;
/** Characters of the records of one page: past them it ends, however few events it has. */
const PAGE_CHARS_MAX = 1024 * 1024;
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
  readonly attribute: Attribute | undefined;
  readonly limit: number;
  readonly position: HistoryPosition | undefined;
}

export interface HistoryPage {
  readonly found: readonly FoundEvent[];
  readonly next: HistoryPosition | undefined;
}

type FoundBatch = Pick<EventBatchRow, "batch_id" | "last_ms" | "body">;

/**
 * Reads batches, newest first, and merges their events: batches may overlap in time. An attribute's
 * batches are found by its key, so that a page unpacks no batch without an event of the search.
 */
export class EventHistory {
  readonly #db: Kysely<CloudTrailTables>;

  constructor(db: Kysely<CloudTrailTables>) {
    this.#db = db;
  }

  async page(search: HistorySearch): Promise<HistoryPage> {
    const { limit } = search;
    const candidates: FoundEvent[] = [];
    let after: FoundBatch | undefined;
    let read = 0;
    for (let size = BATCHES_FIRST; ; size = Math.min(2 * size, BATCHES_AT_ONCE_MAX)) {
      const rows = await this.batchesQuery(search, size, after).execute();
      const found = await Promise.all(rows.map((row) => eventsOf(row, search)));
      candidates.push(...found.flat());
      read += rows.length;
      candidates.sort(newestFirst);
      const last = rows.at(-1);
      if (last === undefined || rows.length < size) return cut(candidates, limit);
      // Nothing that is still unread is newer than this.
      const frontierMs = last.last_ms;
      const settled = candidates.filter(({ atMs }) => atMs > frontierMs);
      if (settled.length > limit || charsOf(settled) > PAGE_CHARS_MAX) return cut(settled, limit);
      if (read >= BATCHES_PER_PAGE_MAX) {
        return { found: settled, next: { atMs: frontierMs, eventId: AFTER_EVERY_ID } };
      }
      after = last;
    }
  }

  /** Finds the search's next batches after `after`. Public so that a test can look at its plan. */
  batchesQuery(search: HistorySearch, size: number, after: FoundBatch | undefined) {
    const { startMs, endMs, attribute, position } = located(search);
    // A client's times may have fractions of a millisecond, of which a bigint column knows nothing.
    const latestMs = Math.floor(Math.min(endMs, position?.atMs ?? endMs));
    const behind = after
      ? sql<boolean>`(place.last_ms, place.batch_id) < (${after.last_ms}, ${after.batch_id})`
      : sql<boolean>`place.last_ms <= ${latestMs + BATCH_SPAN_MAX_MS}`;
    return this.#db
      .selectFrom("cloudtrail_event_keys as place")
      .innerJoin("cloudtrail_batches as batch", "batch.batch_id", "place.batch_id")
      .where("place.key", "=", eventKey(search, attribute ?? EVERY_EVENT))
      .where(behind)
      .where("place.last_ms", ">=", Math.ceil(startMs))
      .where("batch.first_ms", "<=", latestMs)
      .select(["place.batch_id", "place.last_ms", "batch.body"])
      .orderBy("place.last_ms", "desc")
      .orderBy("place.batch_id", "desc")
      .limit(size);
  }
}

/** Narrows a search for an event's id to the time that the id contains. */
function located(search: HistorySearch): HistorySearch {
  const { attribute, startMs, endMs } = search;
  const atMs = attribute?.key === "EventId" ? eventTimeMs(attribute.value) : undefined;
  if (atMs === undefined) return search;
  const time = { startMs: Math.max(startMs, atMs), endMs: Math.min(endMs, atMs + 1) };
  return { ...search, ...time, attribute: undefined };
}

function charsOf(events: readonly FoundEvent[]): number {
  return events.reduce((chars, { text }) => chars + text.length, 0);
}

/** The page: its first events, as many as were asked for and as fit. */
function cut(events: readonly FoundEvent[], limit: number): HistoryPage {
  let chars = 0;
  const fits = ({ text }: FoundEvent, index: number) => {
    chars += text.length;
    return index === 0 || (index < limit && chars <= PAGE_CHARS_MAX);
  };
  const end = events.findIndex((event, index) => !fits(event, index));
  const found = end < 0 ? events : events.slice(0, end);
  const last = found.at(-1);
  const more = found.length < events.length && last !== undefined;
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

function hasAttribute({ record }: FoundEvent, { key, value }: Attribute): boolean {
  if (key === "EventId") return record.eventID === value;
  return attributesOf(record).some((own) => own.key === key && own.value === value);
}

function isBehind({ atMs, record }: FoundEvent, position: HistoryPosition): boolean {
  return atMs < position.atMs || (atMs === position.atMs && record.eventID < position.eventId);
}

function newestFirst(one: FoundEvent, other: FoundEvent): number {
  return other.atMs - one.atMs || (one.record.eventID < other.record.eventID ? 1 : -1);
}
