import type { Selectable } from "kysely";
import type { AccountRow, Db } from "../tables.ts";

/** An account as stored. */
export type Account = Selectable<AccountRow>;

export function allAccounts(db: Db): Promise<Account[]> {
  return db.selectFrom("iam_accounts").selectAll().execute();
}

export function findAccount(db: Db, accountId: string): Promise<Account | undefined> {
  return db
    .selectFrom("iam_accounts")
    .selectAll()
    .where("account_id", "=", accountId)
    .executeTakeFirst();
}

/** Deletes the accounts that have a key of the configuration. */
export async function deleteConfiguredAccounts(db: Db): Promise<void> {
  await db.deleteFrom("iam_accounts").where("root_access_key_id", "is not", null).execute();
}

export async function deleteAccount(db: Db, accountId: string): Promise<void> {
  await db.deleteFrom("iam_accounts").where("account_id", "=", accountId).execute();
}

export async function insertAccount(db: Db, account: AccountRow): Promise<void> {
  await db.insertInto("iam_accounts").values(account).execute();
}
