import type { Kysely } from "kysely";
import type { IvsTables, StreamEventRow } from "../tables.ts";

type Db = Kysely<IvsTables>;

/** As many as GetStreamSession shows. Source: IVS API Reference, StreamSession.truncatedEvents. */
export const SESSION_EVENTS_MAX = 500;

/** Adds to a session's events, of which the latest `SESSION_EVENTS_MAX` are kept. */
export async function insertEvent(db: Db, event: Omit<StreamEventRow, "sequence">): Promise<void> {
  const { stream_id: streamId } = event;
  const { last } = await db
    .selectFrom("ivs_stream_events")
    .select((select) => select.fn.max("sequence").as("last"))
    .where("stream_id", "=", streamId)
    .executeTakeFirstOrThrow();
  const sequence = Number(last ?? 0) + 1;
  await db
    .insertInto("ivs_stream_events")
    .values({ ...event, sequence })
    .execute();
  await db
    .deleteFrom("ivs_stream_events")
    .where("stream_id", "=", streamId)
    .where("sequence", "<=", sequence - SESSION_EVENTS_MAX)
    .execute();
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

export async function hasEvent(db: Db, streamId: string, name: string): Promise<boolean> {
  const event = await db
    .selectFrom("ivs_stream_events")
    .select("sequence")
    .where("stream_id", "=", streamId)
    .where("name", "=", name)
    .executeTakeFirst();
  return event !== undefined;
}

/** The time of a session's latest event; 0 without any. */
export async function latestEventTime(db: Db, streamId: string): Promise<number> {
  const { latest } = await db
    .selectFrom("ivs_stream_events")
    .select((select) => select.fn.max("event_time_ms").as("latest"))
    .where("stream_id", "=", streamId)
    .executeTakeFirstOrThrow();
  return Number(latest ?? 0);
}
