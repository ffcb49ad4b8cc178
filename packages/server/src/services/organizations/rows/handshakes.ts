import type { HandshakeRow } from "../tables.ts";
import type { Db } from "./organizations.ts";

const handshakes = (db: Db) => db.selectFrom("organizations_handshakes").selectAll();

export function findHandshake(id: string, db: Db): Promise<HandshakeRow | undefined> {
  return handshakes(db).where("handshake_id", "=", id).executeTakeFirst();
}

export function handshakesOf(organizationId: string, db: Db): Promise<HandshakeRow[]> {
  return handshakes(db)
    .where("organization_id", "=", organizationId)
    .orderBy("handshake_id")
    .execute();
}

export function handshakesOfAccount(accountId: string, db: Db): Promise<HandshakeRow[]> {
  return handshakes(db).where("account_id", "=", accountId).orderBy("handshake_id").execute();
}

export async function insertHandshake(row: HandshakeRow, db: Db): Promise<void> {
  await db.insertInto("organizations_handshakes").values(row).execute();
}

export async function setHandshakeState(
  id: string,
  state: HandshakeRow["state"],
  db: Db,
): Promise<void> {
  await db
    .updateTable("organizations_handshakes")
    .set({ state })
    .where("handshake_id", "=", id)
    .execute();
}

/** Removes those that ended, or would have, before this time. */
export async function removeOldHandshakes(
  organizationId: string,
  beforeMs: number,
  db: Db,
): Promise<void> {
  await db
    .deleteFrom("organizations_handshakes")
    .where("organization_id", "=", organizationId)
    .where("expires_ms", "<", beforeMs)
    .execute();
}
