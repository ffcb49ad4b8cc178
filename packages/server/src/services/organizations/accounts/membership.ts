import type { Change } from "../access/organization-operation.ts";
import { attachAwsPolicies } from "../policies/aws-policies.ts";
import { insertAccount, removeAccount } from "../rows/accounts.ts";
import { removeAttachmentsOfTarget } from "../rows/attachments.ts";
import type { AccountRow } from "../tables.ts";

/** Adds an account to the organization, with AWS's own policies where their types are on. */
export async function admit(
  account: AccountRow,
  { organization, db }: Pick<Change, "organization" | "db">,
  nowMs: number,
): Promise<void> {
  await insertAccount(account, db);
  await attachAwsPolicies(organization, [account.account_id], nowMs, db);
}

/** Makes an account one of its own again; no policy of the organization applies to it any more. */
export async function release(
  { account_id, organization_id }: AccountRow,
  { db }: Pick<Change, "db">,
): Promise<void> {
  await removeAccount(account_id, db);
  await removeAttachmentsOfTarget(organization_id, account_id, db);
}
