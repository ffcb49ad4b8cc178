import type { Kysely } from "kysely";
import { isBefore, type PagePosition } from "../../../kernel/tagged-resources/page-position.ts";
import type { ResourceLocation } from "../../../kernel/tagged-resources/resource-arns.ts";
import type { RealTimeTables, StageSessionRow } from "../tables.ts";

type Db = Kysely<RealTimeTables>;

/** A stage's place and id. */
export interface StageReference extends ResourceLocation {
  readonly id: string;
}

export async function insertStageSession(db: Db, session: StageSessionRow): Promise<void> {
  await db.insertInto("ivs_stage_sessions").values(session).execute();
}

/** False where it had ended before. */
export async function endStageSession(
  db: Db,
  sessionId: string,
  endedAtMs: number,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable("ivs_stage_sessions")
    .set({ ended_at_ms: endedAtMs })
    .where("session_id", "=", sessionId)
    .where("ended_at_ms", "is", null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export function findStageSession(
  db: Db,
  stage: StageReference,
  sessionId: string,
): Promise<StageSessionRow | undefined> {
  return sessionsOf(db, stage).where("session_id", "=", sessionId).executeTakeFirst();
}

/** The stage's session that hasn't ended. */
export function findActiveSession(
  db: Db,
  stage: StageReference,
): Promise<StageSessionRow | undefined> {
  return sessionsOf(db, stage).where("ended_at_ms", "is", null).executeTakeFirst();
}

/** The stage's sessions, newest first, after a position. */
export function listStageSessions(
  db: Db,
  stage: StageReference,
  after: PagePosition | undefined,
  limit: number,
): Promise<StageSessionRow[]> {
  let query = sessionsOf(db, stage)
    .orderBy("created_at_ms", "desc")
    .orderBy("session_id", "desc")
    .limit(limit);
  if (after) query = query.where(isBefore(after, "session_id"));
  return query.execute();
}

/** Those of stages of a place that haven't ended, by the stages' ids. */
export async function activeSessionsOf(
  db: Db,
  { accountId, region }: ResourceLocation,
  stageIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (stageIds.length === 0) return new Map();
  const found = await db
    .selectFrom("ivs_stage_sessions")
    .select(["stage_id", "session_id"])
    .where("account_id", "=", accountId)
    .where("region", "=", region)
    .where("stage_id", "in", stageIds)
    .where("ended_at_ms", "is", null)
    .execute();
  return new Map(found.map((row) => [row.stage_id, row.session_id]));
}

/** All sessions that haven't ended, of every account. */
export function listActiveSessions(db: Db): Promise<StageSessionRow[]> {
  return db
    .selectFrom("ivs_stage_sessions")
    .selectAll()
    .where("ended_at_ms", "is", null)
    .orderBy("created_at_ms")
    .execute();
}

/** The node that has the session; undefined where it has ended, or was never there. */
export async function findSessionOwner(db: Db, sessionId: string): Promise<string | undefined> {
  const found = await db
    .selectFrom("ivs_stage_sessions")
    .select("owner")
    .where("session_id", "=", sessionId)
    .where("ended_at_ms", "is", null)
    .executeTakeFirst();
  return found?.owner;
}

/** Deletes sessions that ended before a time, with what belongs to them. Returns their number. */
export async function deleteSessionsEndedBefore(
  db: Db,
  beforeMs: number,
  limit: number,
): Promise<number> {
  const old = await db
    .selectFrom("ivs_stage_sessions")
    .select("session_id")
    .where("ended_at_ms", "<", beforeMs)
    .limit(limit)
    .execute();
  await deleteSessions(
    db,
    old.map((row) => row.session_id),
  );
  return old.length;
}

/** Deletes a stage's sessions, with what belongs to them. */
export async function deleteSessionsOf(db: Db, stage: StageReference): Promise<void> {
  const all = await sessionsOf(db, stage).execute();
  await deleteSessions(
    db,
    all.map((row) => row.session_id),
  );
}

async function deleteSessions(db: Db, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await db.deleteFrom("ivs_stage_participant_events").where("session_id", "in", ids).execute();
  await db.deleteFrom("ivs_stage_participants").where("session_id", "in", ids).execute();
  await db.deleteFrom("ivs_stage_sessions").where("session_id", "in", ids).execute();
}

function sessionsOf(db: Db, { accountId, region, id }: StageReference) {
  return db
    .selectFrom("ivs_stage_sessions")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("region", "=", region)
    .where("stage_id", "=", id);
}
