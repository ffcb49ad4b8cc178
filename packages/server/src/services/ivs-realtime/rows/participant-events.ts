import type { Kysely } from "kysely";
import type { ParticipantEventRow, RealTimeTables } from "../tables.ts";

type Db = Kysely<RealTimeTables>;

/** The latest of a participant that are kept; AWS documents no number. */
const PARTICIPANT_EVENTS_MAX = 1_000;

/** Adds to a participant's events, of which the latest are kept. */
export async function insertParticipantEvent(
  db: Db,
  event: Omit<ParticipantEventRow, "sequence">,
): Promise<void> {
  const { session_id: sessionId, participant_id: participantId } = event;
  const { last } = await db
    .selectFrom("ivs_stage_participant_events")
    .select((select) => select.fn.max("sequence").as("last"))
    .where("session_id", "=", sessionId)
    .where("participant_id", "=", participantId)
    .executeTakeFirstOrThrow();
  const sequence = Number(last ?? 0) + 1;
  await db
    .insertInto("ivs_stage_participant_events")
    .values({ ...event, sequence })
    .execute();
  await db
    .deleteFrom("ivs_stage_participant_events")
    .where("session_id", "=", sessionId)
    .where("participant_id", "=", participantId)
    .where("sequence", "<=", sequence - PARTICIPANT_EVENTS_MAX)
    .execute();
}

/** Whether the participant has this very event. */
export async function hasParticipantEvent(
  db: Db,
  event: Omit<ParticipantEventRow, "sequence">,
): Promise<boolean> {
  const found = await db
    .selectFrom("ivs_stage_participant_events")
    .select("sequence")
    .where("session_id", "=", event.session_id)
    .where("participant_id", "=", event.participant_id)
    .where("name", "=", event.name)
    .where("event_time_ms", "=", event.event_time_ms)
    .where("remote_participant_id", "=", event.remote_participant_id)
    .executeTakeFirst();
  return found !== undefined;
}

/** A participant's events, oldest first, after the one of a number. */
export function listParticipantEvents(
  db: Db,
  sessionId: string,
  participantId: string,
  afterSequence: number,
  limit: number,
): Promise<ParticipantEventRow[]> {
  return db
    .selectFrom("ivs_stage_participant_events")
    .selectAll()
    .where("session_id", "=", sessionId)
    .where("participant_id", "=", participantId)
    .where("sequence", ">", afterSequence)
    .orderBy("sequence")
    .limit(limit)
    .execute();
}

/** Whether a participant's last publication hasn't ended, by its events. */
export async function isPublishing(
  db: Db,
  sessionId: string,
  participantId: string,
): Promise<boolean> {
  const latest = await db
    .selectFrom("ivs_stage_participant_events")
    .select("name")
    .where("session_id", "=", sessionId)
    .where("participant_id", "=", participantId)
    .where("name", "in", ["PUBLISH_STARTED", "PUBLISH_STOPPED"])
    .orderBy("sequence", "desc")
    .limit(1)
    .executeTakeFirst();
  return latest?.name === "PUBLISH_STARTED";
}
