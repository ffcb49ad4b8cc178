import { timingSafeEqual } from "node:crypto";
import type { Kysely } from "kysely";
import type { ResourceLocation } from "../../../kernel/tagged-resources/resource-arns.ts";
import type { IvsTables, StreamKeyRow } from "../tables.ts";

/** A key's value names its Region and id; the whole of it is compared in constant time. */
export async function findStreamKey(
  value: string,
  db: Kysely<IvsTables>,
): Promise<StreamKeyRow | undefined> {
  const [, region, id] = value.split("_", 3);
  if (!region || !id) return undefined;
  const row = await db
    .selectFrom("ivs_stream_keys")
    .selectAll()
    .where("region", "=", region)
    .where("id", "=", id)
    .executeTakeFirst();
  if (!row) return undefined;
  const expected = Buffer.from(row.value);
  const given = Buffer.from(value);
  return given.length === expected.length && timingSafeEqual(given, expected) ? row : undefined;
}

/** The stream keys of a channel, oldest first. There are at most as many as the quota says. */
export function selectStreamKeys(
  db: Kysely<IvsTables>,
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

/** Deletes those keys of a channel that are listed. */
export async function deleteStreamKeys(
  db: Kysely<IvsTables>,
  at: ResourceLocation,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  await db
    .deleteFrom("ivs_stream_keys")
    .where("account_id", "=", at.accountId)
    .where("region", "=", at.region)
    .where("id", "in", ids)
    .execute();
}
