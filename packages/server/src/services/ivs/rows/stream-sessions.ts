import type { Kysely } from "kysely";
import type { ResourceLocation } from "../resource-arn.ts";
import type { IvsTables, StreamSessionRow } from "../tables.ts";

/** The broadcast of a channel that hasn't ended, whether or not it is playable yet. */
export function selectOpenSession(
  db: Kysely<IvsTables>,
  at: ResourceLocation,
  channelId: string,
): Promise<StreamSessionRow | undefined> {
  return db
    .selectFrom("ivs_stream_sessions")
    .selectAll()
    .where("account_id", "=", at.accountId)
    .where("region", "=", at.region)
    .where("channel_id", "=", channelId)
    .where("ended_at_ms", "is", null)
    .orderBy("created_at_ms", "desc")
    .limit(1)
    .executeTakeFirst();
}
