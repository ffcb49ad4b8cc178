import type { Kysely } from "kysely";
import {
  isAfter,
  isBefore,
  type PagePosition,
} from "../../../kernel/tagged-resources/page-position.ts";
import type { ResourceLocation } from "../../../kernel/tagged-resources/resource-arns.ts";
import type { IvsTables, StreamSessionRow } from "../tables.ts";

type Db = Kysely<IvsTables>;

/** The columns of a session that change while it lasts. */
export type SessionChange = Partial<
  Pick<
    StreamSessionRow,
    "started_at_ms" | "ended_at_ms" | "health" | "media" | "priority" | "has_error_event"
  >
>;

export async function insertSession(db: Db, session: StreamSessionRow): Promise<void> {
  await db.insertInto("ivs_stream_sessions").values(session).execute();
}

export async function setSession(db: Db, streamId: string, change: SessionChange): Promise<void> {
  await db
    .updateTable("ivs_stream_sessions")
    .set(change)
    .where("stream_id", "=", streamId)
    .execute();
}

/** The node that has the stream; undefined if there is no such session. */
export async function findSessionOwner(db: Db, streamId: string): Promise<string | undefined> {
  const session = await db
    .selectFrom("ivs_stream_sessions")
    .select("owner")
    .where("stream_id", "=", streamId)
    .executeTakeFirst();
  return session?.owner;
}

/** The broadcast of a channel that hasn't ended, whether or not it is playable yet. */
export function selectOpenSession(
  db: Db,
  at: ResourceLocation,
  channelId: string,
): Promise<StreamSessionRow | undefined> {
  return sessionsOfChannel(db, at, channelId)
    .where("ended_at_ms", "is", null)
    .orderBy("created_at_ms", "desc")
    .limit(1)
    .executeTakeFirst();
}

/** The latest broadcast of a channel, open or ended. */
export function newestSession(
  db: Db,
  at: ResourceLocation,
  channelId: string,
): Promise<StreamSessionRow | undefined> {
  return sessionsOfChannel(db, at, channelId)
    .orderBy("created_at_ms", "desc")
    .limit(1)
    .executeTakeFirst();
}

/** The broadcast of a channel with this id; without one the channel's newest. */
export function findSession(
  db: Db,
  at: ResourceLocation,
  channelId: string,
  streamId: string | undefined,
): Promise<StreamSessionRow | undefined> {
  let query = sessionsOfChannel(db, at, channelId)
    .orderBy("created_at_ms", "desc")
    .orderBy("stream_id", "desc")
    .limit(1);
  if (streamId) query = query.where("stream_id", "=", streamId);
  return query.executeTakeFirst();
}

/** The broadcasts of a channel, newest first, after a position. */
export function listSessions(
  db: Db,
  at: ResourceLocation,
  channelId: string,
  after: PagePosition | undefined,
  limit: number,
): Promise<StreamSessionRow[]> {
  let query = sessionsOfChannel(db, at, channelId)
    .orderBy("created_at_ms", "desc")
    .orderBy("stream_id", "desc")
    .limit(limit);
  if (after) query = query.where(isBefore(after, "stream_id"));
  return query.execute();
}

/** The broadcasts of a place that can be watched, oldest first, after a position. */
export function listPlayableSessions(
  db: Db,
  at: ResourceLocation,
  health: StreamSessionRow["health"] | undefined,
  after: PagePosition | undefined,
  limit: number,
): Promise<StreamSessionRow[]> {
  let query = openSessionsAt(db, at)
    .where("started_at_ms", "is not", null)
    // All are null; PostgreSQL reads an index in this order alone.
    .orderBy("ended_at_ms")
    .orderBy("created_at_ms")
    .orderBy("stream_id")
    .limit(limit);
  if (health) query = query.where("health", "=", health);
  if (after) query = query.where(isAfter(after, "stream_id"));
  return query.execute();
}

/** All broadcasts of a place that haven't ended. */
export function listOpenSessions(db: Db, at: ResourceLocation): Promise<StreamSessionRow[]> {
  return openSessionsAt(db, at).execute();
}

/** The stream ids of a node's broadcasts that haven't ended. */
export async function listOpenStreamsOf(db: Db, owner: string): Promise<readonly string[]> {
  const open = await db
    .selectFrom("ivs_stream_sessions")
    .select("stream_id")
    .where("ended_at_ms", "is", null)
    .where("owner", "=", owner)
    .execute();
  return open.map((row) => row.stream_id);
}

/** Those of these broadcasts that haven't ended, oldest first. */
export function selectOpenSessions(
  db: Db,
  streamIds: readonly string[],
): Promise<StreamSessionRow[]> {
  return db
    .selectFrom("ivs_stream_sessions")
    .selectAll()
    .where("stream_id", "in", streamIds)
    .where("ended_at_ms", "is", null)
    .orderBy("created_at_ms")
    .execute();
}

/** Counts the channels of the place that have an open session, but for one. */
export async function countOtherStreams(
  { accountId, region }: ResourceLocation,
  channelId: string,
  db: Db,
): Promise<number> {
  const { count } = await db
    .selectFrom("ivs_stream_sessions")
    .select((select) => select.fn.countAll<number>().as("count"))
    .where("account_id", "=", accountId)
    .where("region", "=", region)
    .where("ended_at_ms", "is", null)
    .where("channel_id", "!=", channelId)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** The ids of sessions that ended before a time, `limit` at most. */
export async function listSessionsEndedBefore(
  db: Db,
  beforeMs: number,
  limit: number,
): Promise<readonly string[]> {
  const old = await db
    .selectFrom("ivs_stream_sessions")
    .select("stream_id")
    .where("ended_at_ms", "<", beforeMs)
    .limit(limit)
    .execute();
  return old.map((row) => row.stream_id);
}

/** Deletes sessions with their events and recordings' rows. */
export async function deleteSessions(db: Db, streamIds: readonly string[]): Promise<void> {
  await db.deleteFrom("ivs_stream_events").where("stream_id", "in", streamIds).execute();
  await db.deleteFrom("ivs_recordings").where("stream_id", "in", streamIds).execute();
  await db.deleteFrom("ivs_stream_sessions").where("stream_id", "in", streamIds).execute();
}

function sessionsOfChannel(db: Db, { accountId, region }: ResourceLocation, channelId: string) {
  return db
    .selectFrom("ivs_stream_sessions")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("region", "=", region)
    .where("channel_id", "=", channelId);
}

function openSessionsAt(db: Db, { accountId, region }: ResourceLocation) {
  return db
    .selectFrom("ivs_stream_sessions")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("region", "=", region)
    .where("ended_at_ms", "is", null);
}
