import type { Kysely } from "kysely";
import type { NodeAbilities } from "../../../kernel/ports/node-abilities.ts";
import type { IvsTables, NodeRow } from "../tables.ts";

type Db = Kysely<IvsTables>;

export function listNodes(db: Db): Promise<NodeRow[]> {
  return db.selectFrom("ivs_nodes").selectAll().execute();
}

/** Knows what each living node's row says of its release. */
export const abilitiesOfNodes: NodeAbilities = {
  async nodesWithout(ability, reader) {
    const nodes = await listNodes(reader.db<IvsTables>());
    const lacking = nodes.filter(({ abilities }) => !abilities.split(",").includes(ability));
    return lacking.map(({ url }) => url);
  },
};

/**
 * The URL of a node, as another one asks for it; undefined once its lease has ended, and for its
 * heir at once.
 */
export async function findNodeUrl(
  db: Db,
  nodeId: string,
  asker: string,
): Promise<string | undefined> {
  const node = await db
    .selectFrom("ivs_nodes")
    .select("url")
    .where("node_id", "=", nodeId)
    .where("heir", "!=", asker)
    .executeTakeFirst();
  return node?.url;
}

export async function insertNode(db: Db, node: NodeRow): Promise<void> {
  await db.insertInto("ivs_nodes").values(node).execute();
}

/** Raises a node's counter. False when its row has been removed, or it has an heir. */
export async function renewNode(db: Db, nodeId: string): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable("ivs_nodes")
    .set((set) => ({ beat: set("beat", "+", 1) }))
    .where("node_id", "=", nodeId)
    .where("heir", "=", "")
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/**
 * Removes a node, with `beat` only while its counter stands there. False when it has raised its
 * counter meanwhile, or another node was first.
 */
export async function deleteNode(db: Db, nodeId: string, beat?: number): Promise<boolean> {
  let removal = db.deleteFrom("ivs_nodes").where("node_id", "=", nodeId);
  if (beat !== undefined) removal = removal.where("beat", "=", beat);
  const { numDeletedRows } = await removal.executeTakeFirst();
  return numDeletedRows > 0n;
}

/** Makes a node the heir of those that listened at its address or had its folder. */
export async function inheritNodes(db: Db, { node_id: heir, url, folder_id }: NodeRow) {
  await db
    .updateTable("ivs_nodes")
    .set({ heir })
    .where((row) => row.or([row("url", "=", url), row("folder_id", "=", folder_id)]))
    .execute();
}

/** Removes the nodes that one is the heir of: it has taken what they had. */
export async function deleteInherited(db: Db, heir: string): Promise<void> {
  await db.deleteFrom("ivs_nodes").where("heir", "=", heir).execute();
}
