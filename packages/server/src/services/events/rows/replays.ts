import type { Kysely } from "kysely";
import type { EventsTables, ReplayRow } from "../tables.ts";

/** The states of a replay that hasn't ended. */
export const REPLAYING = ["STARTING", "RUNNING", "CANCELLING"] as const;

/** Replays of an account in a Region that are remembered; older ones that have ended go. */
const REMEMBERED_MAX = 1_000;

/** Makes room for one more replay. */
export async function forgetOldReplays(
  { account_id, region }: Pick<ReplayRow, "account_id" | "region">,
  db: Kysely<EventsTables>,
): Promise<void> {
  const old = await db
    .selectFrom("events_replays")
    .select("replay_id")
    .where("account_id", "=", account_id)
    .where("region", "=", region)
    .where("state", "not in", REPLAYING)
    .orderBy("started_at_ms", "desc")
    .offset(REMEMBERED_MAX - 1)
    .limit(REMEMBERED_MAX)
    .execute();
  if (old.length === 0) return;
  const ids = old.map(({ replay_id }) => replay_id);
  await db.deleteFrom("events_replays").where("replay_id", "in", ids).execute();
}

/** Forgets the replays that ended before `beforeMs`. */
export async function forgetReplaysBefore(
  beforeMs: number,
  db: Kysely<EventsTables>,
): Promise<void> {
  await db
    .deleteFrom("events_replays")
    .where("state", "not in", REPLAYING)
    .where("ended_at_ms", "<", beforeMs)
    .execute();
}
