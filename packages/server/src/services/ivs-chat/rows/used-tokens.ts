import type { Db } from "./resources.ts";

/** Notes, inside a transaction, that a token was used. False when it was noted before. */
export async function noteUsedToken(
  db: Db,
  tokenId: string,
  expiresAtMs: number,
): Promise<boolean> {
  const used = await db
    .selectFrom("ivschat_used_tokens")
    .select("token_id")
    .where("token_id", "=", tokenId)
    .executeTakeFirst();
  if (used) return false;
  await db
    .insertInto("ivschat_used_tokens")
    .values({ token_id: tokenId, expires_at_ms: expiresAtMs })
    .execute();
  return true;
}

/** Forgets tokens that have expired: they open nothing any more. */
export async function forgetExpiredTokens(db: Db, nowMs: number): Promise<void> {
  await db.deleteFrom("ivschat_used_tokens").where("expires_at_ms", "<", nowMs).execute();
}
