import type { Kysely } from "kysely";
import { isBefore, type PagePosition } from "../../../kernel/tagged-resources/page-position.ts";
import type { ParticipantReplicaRow, RealTimeTables } from "../tables.ts";
import type { StageReference } from "./stage-sessions.ts";

type Db = Kysely<RealTimeTables>;

export type ReplicaChange = Partial<
  Pick<
    ParticipantReplicaRow,
    "state" | "source_session_id" | "destination_session_id" | "closes_at_ms" | "failure"
  >
>;

export async function insertReplica(db: Db, replica: ParticipantReplicaRow): Promise<void> {
  await db.insertInto("ivs_participant_replicas").values(replica).execute();
}

/** Changes a replica that is active. False where it has ended. */
export async function setReplica(db: Db, id: string, change: ReplicaChange): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable("ivs_participant_replicas")
    .set(change)
    .where("id", "=", id)
    .where("state", "=", "ACTIVE")
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export async function deleteReplica(db: Db, id: string): Promise<void> {
  await db.deleteFrom("ivs_participant_replicas").where("id", "=", id).execute();
}

/** Removes a replica that no node has shown or refused. False where one has. */
export async function deleteUnshownReplica(db: Db, id: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom("ivs_participant_replicas")
    .where("id", "=", id)
    .where("state", "=", "ACTIVE")
    .where("destination_session_id", "=", "")
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

export function findReplica(db: Db, id: string): Promise<ParticipantReplicaRow | undefined> {
  return all(db).where("id", "=", id).executeTakeFirst();
}

/** The active ones of every account. */
export function listActiveReplicas(db: Db): Promise<ParticipantReplicaRow[]> {
  return all(db).where("state", "=", "ACTIVE").orderBy("created_at_ms").orderBy("id").execute();
}

/** The active ones of a participant on a stage. */
export function listReplicasOf(
  db: Db,
  source: StageReference,
  participantId: string,
): Promise<ParticipantReplicaRow[]> {
  return ofSource(db, source, participantId).where("state", "=", "ACTIVE").execute();
}

/** All of a participant on a stage, the newest first, after a position. */
export function pageOfReplicas(
  db: Db,
  source: StageReference,
  participantId: string,
  after: PagePosition | undefined,
  limit: number,
): Promise<ParticipantReplicaRow[]> {
  let query = ofSource(db, source, participantId)
    .orderBy("created_at_ms", "desc")
    .orderBy("id", "desc")
    .limit(limit);
  if (after) query = query.where(isBefore(after, "id"));
  return query.execute();
}

export async function deleteReplicasStartedBefore(db: Db, beforeMs: number): Promise<void> {
  await db
    .deleteFrom("ivs_participant_replicas")
    .where("created_at_ms", "<", beforeMs)
    .where("state", "=", "STOPPED")
    .execute();
}

function all(db: Db) {
  return db.selectFrom("ivs_participant_replicas").selectAll();
}

function ofSource(db: Db, { accountId, region, id }: StageReference, participantId: string) {
  return all(db)
    .where("account_id", "=", accountId)
    .where("region", "=", region)
    .where("source_stage_id", "=", id)
    .where("participant_id", "=", participantId);
}
