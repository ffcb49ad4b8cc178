import type { AccountAliasRow, Db } from "../tables.ts";

/** An account has one alias or none. */
export async function aliasesOf(db: Db, accountId: string): Promise<string[]> {
  const rows = await db
    .selectFrom("iam_account_aliases")
    .select("alias")
    .where("account_id", "=", accountId)
    .execute();
  return rows.map((row) => row.alias);
}

/** True if any account of this server has the alias. */
export async function isAliasTaken(db: Db, alias: string): Promise<boolean> {
  const row = await db
    .selectFrom("iam_account_aliases")
    .select("account_id")
    .where("alias", "=", alias)
    .executeTakeFirst();
  return row !== undefined;
}

/** A new alias replaces the account's old one. */
export async function replaceAlias(db: Db, row: AccountAliasRow): Promise<void> {
  await db.deleteFrom("iam_account_aliases").where("account_id", "=", row.account_id).execute();
  await db.insertInto("iam_account_aliases").values(row).execute();
}

/** False if the account doesn't have this alias. */
export async function deleteAlias(
  db: Db,
  { account_id, alias }: AccountAliasRow,
): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom("iam_account_aliases")
    .where("account_id", "=", account_id)
    .where("alias", "=", alias)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}
