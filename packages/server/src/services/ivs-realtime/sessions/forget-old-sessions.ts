import type { Store } from "../../../kernel/store.ts";
import { deleteRecordingsEndedBefore } from "../rows/participant-recordings.ts";
import { deleteReplicasStartedBefore } from "../rows/participant-replicas.ts";
import { forgetRevoked } from "../rows/revoked-participants.ts";
import { deleteSessionsEndedBefore } from "../rows/stage-sessions.ts";
import type { RealTimeTables } from "../tables.ts";

/** AWS publishes no time; this one is that of stream sessions. */
const KEPT_MS = 60 * 24 * 60 * 60_000;
/** So that no transaction is long. */
const SESSIONS_AT_ONCE = 100;

/** Removes sessions that ended long ago, and what is known of tokens that have expired. */
export async function forgetOldSessions(store: Store, nowMs: number): Promise<void> {
  const tables = store.tables<RealTimeTables>();
  await tables.transaction(({ db }) => forgetRevoked(db, nowMs));
  await tables.transaction(({ db }) => deleteRecordingsEndedBefore(db, nowMs - KEPT_MS));
  await tables.transaction(({ db }) => deleteReplicasStartedBefore(db, nowMs - KEPT_MS));
  let deleted = SESSIONS_AT_ONCE;
  while (deleted === SESSIONS_AT_ONCE)
    deleted = await tables.transaction(({ db }) =>
      deleteSessionsEndedBefore(db, nowMs - KEPT_MS, SESSIONS_AT_ONCE),
    );
}
