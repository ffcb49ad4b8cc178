import type { Kysely } from "kysely";
import type { RealTimeTables } from "../tables.ts";
import type { StageReference } from "./stage-sessions.ts";

type Db = Kysely<RealTimeTables>;

/** Refuses the participant's tokens from now on, until `forgetAtMs`. */
export async function revokeParticipant(
  db: Db,
  { accountId, region, id }: StageReference,
  participantId: string,
  forgetAtMs: number,
): Promise<void> {
  await db
    .insertInto("ivs_stage_revoked_participants")
    .values({
      ...{ account_id: accountId, region, stage_id: id },
      ...{ participant_id: participantId, forget_at_ms: forgetAtMs },
    })
    .onConflict((conflict) =>
      conflict
        .columns(["account_id", "region", "stage_id", "participant_id"])
        .doUpdateSet({ forget_at_ms: forgetAtMs }),
    )
    .execute();
}

export async function isRevoked(
  db: Db,
  { accountId, region, id }: StageReference,
  participantId: string,
): Promise<boolean> {
  const found = await db
    .selectFrom("ivs_stage_revoked_participants")
    .select("participant_id")
    .where("account_id", "=", accountId)
    .where("region", "=", region)
    .where("stage_id", "=", id)
    .where("participant_id", "=", participantId)
    .executeTakeFirst();
  return found !== undefined;
}

/** Forgets those whose tokens have expired by themselves. */
export async function forgetRevoked(db: Db, nowMs: number): Promise<void> {
  await db.deleteFrom("ivs_stage_revoked_participants").where("forget_at_ms", "<", nowMs).execute();
}
