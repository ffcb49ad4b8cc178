import type { Selectable } from "kysely";
import type { Db, PasswordPolicyRow } from "../tables.ts";

/** The account's password policy as stored. */
export type PasswordPolicy = Selectable<PasswordPolicyRow>;

/** Undefined if the account has none of its own: then the default one is in force. */
export function findPasswordPolicy(db: Db, accountId: string): Promise<PasswordPolicy | undefined> {
  return db
    .selectFrom("iam_password_policies")
    .selectAll()
    .where("account_id", "=", accountId)
    .executeTakeFirst();
}

export async function replacePasswordPolicy(db: Db, policy: PasswordPolicyRow): Promise<void> {
  await deletePasswordPolicy(db, policy.account_id);
  await db.insertInto("iam_password_policies").values(policy).execute();
}

/** False if the account has none of its own. */
export async function deletePasswordPolicy(db: Db, accountId: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom("iam_password_policies")
    .where("account_id", "=", accountId)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}
