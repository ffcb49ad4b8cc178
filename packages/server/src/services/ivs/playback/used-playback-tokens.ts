import type { Store } from "../../../kernel/store.ts";
import { parseResourceArn } from "../resource-arn.ts";
import type { IvsTables } from "../tables.ts";
import type { PlaybackClaims } from "./playback-claims.ts";

/** False when the token was used before, here or by another process on the same database. */
export function useOnce(
  { uuid, expiresAtMs }: NonNullable<PlaybackClaims["singleUse"]>,
  channelArn: string,
  store: Store<IvsTables>,
): Promise<boolean> {
  const place = parseResourceArn(channelArn);
  const accountId = place?.accountId ?? "";
  const region = place?.region ?? "";
  return store.transaction(async ({ db }) => {
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
      .values({ account_id: accountId, region, uuid, expires_at_ms: Math.ceil(expiresAtMs) })
      .execute();
    return true;
  });
}
