import type { Store } from "../../../kernel/store.ts";
import type { IvsTables } from "../tables.ts";

/** As long as a stream can last, so that a revocation outlives the sessions that it is about. */
const REVOCATION_KEPT_MS = 48 * 60 * 60_000;

/**
 * Forgets used tokens that have expired, and revocations whose sessions have ended by themselves.
 */
export async function forgetPlayback(nowMs: number, store: Store<IvsTables>): Promise<void> {
  await store.transaction(async ({ db }) => {
    await db.deleteFrom("ivs_used_playback_tokens").where("expires_at_ms", "<", nowMs).execute();
    await db
      .deleteFrom("ivs_viewer_session_revocations")
      .where("revoked_at_ms", "<", nowMs - REVOCATION_KEPT_MS)
      .execute();
  });
}
