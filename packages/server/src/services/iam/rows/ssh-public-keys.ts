import type { SshPublicKeyRow } from "../credential-tables.ts";
import type { Db } from "../tables.ts";

export function sshPublicKeysOf(db: Db, userId: string): Promise<SshPublicKeyRow[]> {
  return db
    .selectFrom("iam_ssh_public_keys")
    .selectAll()
    .where("user_id", "=", userId)
    .orderBy("key_id")
    .execute();
}

export async function insertSshPublicKey(db: Db, key: SshPublicKeyRow): Promise<void> {
  await db.insertInto("iam_ssh_public_keys").values(key).execute();
}

export async function setSshPublicKeyStatus(
  db: Db,
  keyId: string,
  status: SshPublicKeyRow["status"],
): Promise<void> {
  await db.updateTable("iam_ssh_public_keys").set({ status }).where("key_id", "=", keyId).execute();
}

export async function deleteSshPublicKey(db: Db, keyId: string): Promise<void> {
  await db.deleteFrom("iam_ssh_public_keys").where("key_id", "=", keyId).execute();
}
