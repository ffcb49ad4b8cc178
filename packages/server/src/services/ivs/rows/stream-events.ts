import type { Kysely } from "kysely";
import type { IvsTables, StreamEventRow } from "../tables.ts";

type Db = Kysely<IvsTables>;

/** As many as GetStreamSession shows. Source: IVS API Reference, StreamSession.truncatedEvents. */
export const SESSION_EVENTS_MAX = 500;

/**
 * Adds to a session's events, of which the latest `SESSION_EVENTS_MAX` are kept, after the one of
 * this number. Without it the last one is looked up, and where the number is out of date: what is
 * read of the table conflicts with what other nodes add beside it. Returns its own number.
 */
export async function insertEvent(
  db: Db,
  event: Omit<StreamEventRow, "sequence">,
  last: number | undefined,
): Promise<number> {
  const { stream_id: streamId } = event;
  const sequence =
    (last === undefined ? undefined : await insertAt(db, { ...event, sequence: last + 1 })) ??
    (await insertNext(db, event));
  if (sequence > SESSION_EVENTS_MAX)
    await db
      .deleteFrom("ivs_stream_events")
      .where("stream_id", "=", streamId)
      .where("sequence", "<=", sequence - SESSION_EVENTS_MAX)
      .execute();
  return sequence;
}

/** Undefined where there is an event of this number. */
async function insertAt(db: Db, event: StreamEventRow): Promise<number | undefined> {
  const { numInsertedOrUpdatedRows: inserted = 0n } = await db
    .insertInto("ivs_stream_events")
    .values(event)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  return inserted > 0n ? event.sequence : undefined;
}

async function insertNext(db: Db, event: Omit<StreamEventRow, "sequence">): Promise<number> {
  const { sequence } = await db
    .insertInto("ivs_stream_events")
    .values(({ selectFrom, fn, lit }) => ({
      ...event,
      sequence: selectFrom("ivs_stream_events")
        .select((inner) => inner(fn.coalesce(fn.max("sequence"), lit(0)), "+", 1).as("next"))
        .where("stream_id", "=", event.stream_id),
    }))
    .returning("sequence")
    .executeTakeFirstOrThrow();
  return Number(sequence);
}

/** Whether the session has this very event. */
export async function hasEvent(
  db: Db,
  { stream_id: streamId, name, event_time_ms: atMs }: Omit<StreamEventRow, "sequence">,
): Promise<boolean> {
  const found = await db
    .selectFrom("ivs_stream_events")
    .select("sequence")
    .where("stream_id", "=", streamId)
    .where("name", "=", name)
    .where("event_time_ms", "=", atMs)
    .executeTakeFirst();
  return found !== undefined;
}

/** A session's events, the newest first. */
export function listEvents(db: Db, streamId: string): Promise<StreamEventRow[]> {
  return db
    .selectFrom("ivs_stream_events")
    .selectAll()
    .where("stream_id", "=", streamId)
    .orderBy("event_time_ms", "desc")
    .orderBy("sequence", "desc")
    .limit(SESSION_EVENTS_MAX)
    .execute();
}

/** The time of each session's latest event, and the names of those it has. */
export async function knownEvents(
  db: Db,
  streamIds: readonly string[],
): Promise<ReadonlyMap<string, { readonly latestMs: number; readonly names: readonly string[] }>> {
  const rows = await db
    .selectFrom("ivs_stream_events")
    .select(["stream_id", "name"])
    .select(({ fn }) => fn.max("event_time_ms").as("latest"))
    .where("stream_id", "in", streamIds)
    .groupBy(["stream_id", "name"])
    .execute();
  const known = new Map<string, { latestMs: number; names: string[] }>();
  for (const { stream_id: streamId, name, latest } of rows) {
    const { latestMs, names } = known.get(streamId) ?? { latestMs: 0, names: [] };
    known.set(streamId, { latestMs: Math.max(latestMs, Number(latest)), names: [...names, name] });
  }
  return known;
}
