import type { AccountRow } from "../tables.ts";
import type { Db } from "./organizations.ts";

const accounts = (db: Db) => db.selectFrom("organizations_accounts").selectAll();

export function allAccounts(db: Db): Promise<AccountRow[]> {
  return accounts(db).execute();
}

/** The entry of an account in whatever organization it is. */
export function findMembership(accountId: string, db: Db): Promise<AccountRow | undefined> {
  return accounts(db).where("account_id", "=", accountId).executeTakeFirst();
}

export function findAccount(
  organizationId: string,
  accountId: string,
  db: Db,
): Promise<AccountRow | undefined> {
  return accounts(db)
    .where("organization_id", "=", organizationId)
    .where("account_id", "=", accountId)
    .executeTakeFirst();
}

export function accountsOf(organizationId: string, db: Db): Promise<AccountRow[]> {
  return accounts(db).where("organization_id", "=", organizationId).orderBy("account_id").execute();
}

export function listAccounts(
  organizationId: string,
  parentId: string | undefined,
  after: string,
  limit: number,
  db: Db,
): Promise<AccountRow[]> {
  return accounts(db)
    .where("organization_id", "=", organizationId)
    .$if(parentId !== undefined, (query) => query.where("parent_id", "=", parentId ?? ""))
    .where("account_id", ">", after)
    .orderBy("account_id")
    .limit(limit)
    .execute();
}

export async function countAccounts(organizationId: string, db: Db): Promise<number> {
  const { count } = await db
    .selectFrom("organizations_accounts")
    .select(({ fn }) => fn.countAll<number>().as("count"))
    .where("organization_id", "=", organizationId)
    .executeTakeFirstOrThrow();
  return Number(count);
}

export async function insertAccount(row: AccountRow, db: Db): Promise<void> {
  await db.insertInto("organizations_accounts").values(row).execute();
}

export async function updateAccount(
  accountId: string,
  change: Partial<AccountRow>,
  db: Db,
): Promise<void> {
  await db
    .updateTable("organizations_accounts")
    .set(change)
    .where("account_id", "=", accountId)
    .execute();
}

export async function removeAccount(accountId: string, db: Db): Promise<void> {
  await db.deleteFrom("organizations_accounts").where("account_id", "=", accountId).execute();
}
