import type { Store } from "../../../kernel/store.ts";
import type { IvsTables, RecordingRow } from "../tables.ts";

/**
 * Takes what belongs to no living node: open sessions, and recordings that no node ends. Each goes
 * to exactly one of the nodes that ask, with a new fencing token.
 */
export function claimOrphans(
  nodeId: string,
  store: Store<IvsTables>,
): Promise<readonly RecordingRow[]> {
  return store.transaction(async ({ db }) => {
    await db
      .updateTable("ivs_stream_sessions")
      .set({ owner: nodeId })
      .where("ended_at_ms", "is", null)
      .where("owner", "not in", db.selectFrom("ivs_nodes").select("node_id"))
      .execute();
    return db
      .updateTable("ivs_recordings")
      .set((set) => ({ owner: nodeId, fence: set("fence", "+", 1) }))
      .where("ended_at_ms", "is", null)
      .where("state", "!=", "reconnectable")
      .where("owner", "not in", db.selectFrom("ivs_nodes").select("node_id"))
      .returningAll()
      .execute();
  });
}

/** Looked at first: a transaction that finds nothing is one for nothing. */
export async function hasOrphans({ db }: Store<IvsTables>): Promise<boolean> {
  const nodes = await db.selectFrom("ivs_nodes").select("node_id").execute();
  const ids = ["-", ...nodes.map((node) => node.node_id)];
  const session = await db
    .selectFrom("ivs_stream_sessions")
    .select("stream_id")
    .where("ended_at_ms", "is", null)
    .where("owner", "not in", ids)
    .executeTakeFirst();
  if (session) return true;
  const recording = await db
    .selectFrom("ivs_recordings")
    .select("stream_id")
    .where("ended_at_ms", "is", null)
    .where("state", "!=", "reconnectable")
    .where("owner", "not in", ids)
    .executeTakeFirst();
  return recording !== undefined;
}
