import type { RequestContext } from "../../../kernel/request-context.ts";
import { notInUse } from "../errors.ts";
import { findMembership } from "../rows/accounts.ts";
import { type Db, findOrganization } from "../rows/organizations.ts";
import { administratorsOf } from "../rows/services.ts";
import type { AccountRow, OrganizationRow, OrganizationsTables } from "../tables.ts";

/** The organization of a caller, and the caller's account in it. */
export interface Place {
  readonly organization: OrganizationRow;
  readonly account: AccountRow;
  readonly isManagement: boolean;
}

export async function findPlace(accountId: string, db: Db): Promise<Place | undefined> {
  const account = await findMembership(accountId, db);
  const organization = account && (await findOrganization(account.organization_id, db));
  if (!account || !organization) return undefined;
  const isManagement = organization.management_account_id === accountId;
  return { organization, account, isManagement };
}

/** @throws AWSOrganizationsNotInUse */
export async function requirePlace(accountId: string, db: Db): Promise<Place> {
  const place = await findPlace(accountId, db);
  if (!place) throw notInUse();
  return place;
}

/** Whether the account administers some service for its organization. */
export async function isAdministrator({ organization, account }: Place, db: Db): Promise<boolean> {
  const all = await administratorsOf(organization.organization_id, db);
  return all.some(({ account_id }) => account_id === account.account_id);
}

export function dbOf(context: RequestContext): Db {
  return context.db<OrganizationsTables>();
}
