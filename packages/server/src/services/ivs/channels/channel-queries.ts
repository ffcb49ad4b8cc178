import type { Kysely } from "kysely";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { resourceNotFound } from "../errors.ts";
import type { ResourceLocation } from "../resource-arn.ts";
import type { ChannelRow, IvsTables, StreamKeyRow, StreamSessionRow } from "../tables.ts";
import { ownReference } from "../tags/resource-tags.ts";

type Db = Kysely<IvsTables>;

export function selectChannel(
  db: Db,
  at: ResourceLocation,
  id: string,
): Promise<ChannelRow | undefined> {
  return db
    .selectFrom("ivs_channels")
    .selectAll()
    .where("account_id", "=", at.accountId)
    .where("region", "=", at.region)
    .where("id", "=", id)
    .executeTakeFirst();
}

/** The caller's own channel in the request's Region. Throws ResourceNotFoundException. */
export async function requireChannel(
  arn: string | undefined,
  context: RequestContext,
  db: Db = context.db<IvsTables>(),
): Promise<ChannelRow> {
  const { id } = ownReference(arn, "channel", context);
  const row = await selectChannel(db, context, id);
  if (!row) throw resourceNotFound(arn ?? "");
  return row;
}

/** The stream keys of a channel, oldest first. There are at most as many as the quota says. */
export function selectStreamKeys(
  db: Db,
  at: ResourceLocation,
  channelId: string,
): Promise<StreamKeyRow[]> {
  return db
    .selectFrom("ivs_stream_keys")
    .selectAll()
    .where("account_id", "=", at.accountId)
    .where("region", "=", at.region)
    .where("channel_id", "=", channelId)
    .orderBy("created_at_ms")
    .orderBy("id")
    .execute();
}

/** The broadcast of a channel that hasn't ended, whether or not it is playable yet. */
export function selectOpenSession(
  db: Db,
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
