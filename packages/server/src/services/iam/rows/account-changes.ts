import type { AccountChangeRow, Db } from "../tables.ts";

/** Writes the id of an account's latest change. */
export async function writeAccountChange(db: Db, change: AccountChangeRow): Promise<void> {
  const { change_id } = change;
  await db
    .insertInto("iam_account_changes")
    .values(change)
    .onConflict((conflict) => conflict.column("account_id").doUpdateSet({ change_id }))
    .execute();
}

/** The ids of the accounts' latest changes, by account. */
export async function accountChanges(
  db: Db,
  accountIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await db
    .selectFrom("iam_account_changes")
    .selectAll()
    .where("account_id", "in", [...accountIds])
    .execute();
  return new Map(rows.map((row) => [row.account_id, row.change_id]));
}
