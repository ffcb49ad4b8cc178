import type { Kysely } from "kysely";
import { isAfter, type PagePosition } from "../../../kernel/tagged-resources/page-position.ts";
import type { ParticipantRow, RealTimeTables } from "../tables.ts";

type Db = Kysely<RealTimeTables>;

/** The columns of a participant that change. */
export type ParticipantChange = Partial<
  Omit<ParticipantRow, "session_id" | "participant_id" | "created_at_ms">
>;

/** A filter of ListParticipants: one column and its value. */
export type ParticipantFilter = Partial<
  Pick<ParticipantRow, "user_id" | "published" | "state" | "recording_state">
>;

/** Inserts the participant, or changes the one of that id: it has joined again. */
export async function putParticipant(db: Db, participant: ParticipantRow): Promise<void> {
  const { user_id, attributes, state, client } = participant;
  await db
    .insertInto("ivs_stage_participants")
    .values(participant)
    .onConflict((conflict) =>
      conflict
        .columns(["session_id", "participant_id"])
        .doUpdateSet({ user_id, attributes, state, client }),
    )
    .execute();
}

export async function setParticipant(
  db: Db,
  sessionId: string,
  participantId: string,
  change: ParticipantChange,
): Promise<void> {
  await db
    .updateTable("ivs_stage_participants")
    .set(change)
    .where("session_id", "=", sessionId)
    .where("participant_id", "=", participantId)
    .execute();
}

export function findParticipant(
  db: Db,
  sessionId: string,
  participantId: string,
): Promise<ParticipantRow | undefined> {
  return db
    .selectFrom("ivs_stage_participants")
    .selectAll()
    .where("session_id", "=", sessionId)
    .where("participant_id", "=", participantId)
    .executeTakeFirst();
}

/** A session's participants in the order of their first joins, after a position. */
export function listParticipants(
  db: Db,
  sessionId: string,
  filter: ParticipantFilter,
  after: PagePosition | undefined,
  limit: number,
): Promise<ParticipantRow[]> {
  let query = db
    .selectFrom("ivs_stage_participants")
    .selectAll()
    .where("session_id", "=", sessionId)
    .orderBy("created_at_ms")
    .orderBy("participant_id")
    .limit(limit);
  for (const [column, value] of Object.entries(filter))
    query = query.where(column as keyof ParticipantFilter, "=", value);
  if (after) query = query.where(isAfter(after, "participant_id"));
  return query.execute();
}

/** Those of a session that are there. */
export function listConnected(db: Db, sessionId: string): Promise<ParticipantRow[]> {
  return db
    .selectFrom("ivs_stage_participants")
    .selectAll()
    .where("session_id", "=", sessionId)
    .where("state", "=", "CONNECTED")
    .orderBy("created_at_ms")
    .orderBy("participant_id")
    .execute();
}
