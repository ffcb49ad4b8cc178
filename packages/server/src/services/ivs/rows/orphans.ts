import type { Kysely } from "kysely";
import type { Store } from "../../../kernel/store.ts";
import type { IvsTables, RecordingRow } from "../tables.ts";

interface ClaimingNode {
  readonly id: string;
  /** Whether an owner has left its recordings to another process. */
  readonly isLeft: (owner: string) => boolean;
}

/**
 * Takes what belongs to no living node, or to one whose heir this one is: open sessions, and
 * recordings that no node ends. Each goes to exactly one of the nodes that ask, with a new fencing
 * token. Recordings that were left to another process are kept for it.
 */
export function claimOrphans(
  store: Store<IvsTables>,
  { id: nodeId, isLeft }: ClaimingNode,
): Promise<readonly RecordingRow[]> {
  return store.transaction(async ({ db }) => {
    await db
      .updateTable("ivs_stream_sessions")
      .set({ owner: nodeId })
      .where("ended_at_ms", "is", null)
      .where("owner", "not in", otherNodes(db, nodeId))
      .execute();
    const left = await leftOwners(db, isLeft);
    return db
      .updateTable("ivs_recordings")
      .set((set) => ({ owner: nodeId, fence: set("fence", "+", 1) }))
      .where("ended_at_ms", "is", null)
      .where("state", "!=", "reconnectable")
      .where("owner", "not in", otherNodes(db, nodeId))
      .where("owner", "not in", ["-", ...left])
      .returningAll()
      .execute();
  });
}

/** Looked at first: a transaction that finds nothing is one for nothing. */
export async function hasOrphans(
  { db }: Store<IvsTables>,
  { id: nodeId, isLeft }: ClaimingNode,
): Promise<boolean> {
  const nodes = await otherNodes(db, nodeId).execute();
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
    .where("owner", "not in", [...ids, ...(await leftOwners(db, isLeft))])
    .executeTakeFirst();
  return recording !== undefined;
}

/** All that have what is theirs, this node too, but not those whose heir it is. */
function otherNodes(db: Kysely<IvsTables>, heir: string) {
  return db.selectFrom("ivs_nodes").select("node_id").where("heir", "!=", heir);
}

async function leftOwners(
  db: Kysely<IvsTables>,
  isLeft: ClaimingNode["isLeft"],
): Promise<readonly string[]> {
  const rows = await db
    .selectFrom("ivs_recordings")
    .select("owner")
    .distinct()
    .where("ended_at_ms", "is", null)
    .execute();
  return rows.map(({ owner }) => owner).filter(isLeft);
}
