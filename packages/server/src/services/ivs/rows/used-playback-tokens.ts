import type { Kysely } from "kysely";
import type { ResourceLocation } from "../../../kernel/tagged-resources/resource-arns.ts";
import type { IvsTables } from "../tables.ts";

/** Notes, inside a transaction, that a token was used. False when it was noted before. */
export async function noteUsedToken(
  db: Kysely<IvsTables>,
  { accountId, region }: ResourceLocation,
  uuid: string,
  expiresAtMs: number,
): Promise<boolean> {
  const used = await db
    .selectFrom("ivs_used_playback_tokens")
    .select("uuid")
    .where("account_id", "=", accountId)
    .where("region", "=", region)
    .where("uuid", "=", uuid)
    .executeTakeFirst();
  if (used) return false;
  await db
    .insertInto("ivs_used_playback_tokens")
    .values({ account_id: accountId, region, uuid, expires_at_ms: expiresAtMs })
    .execute();
  return true;
}
