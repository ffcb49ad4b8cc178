import type { RequestContext } from "../../../kernel/request-context.ts";
import type { Transaction } from "../../../kernel/store.ts";
import { findPlace } from "../access/place.ts";
import { admit } from "../accounts/membership.ts";
import type { OrganizationsDependencies } from "../dependencies.ts";
import { handshakeViolation } from "../errors.ts";
import { createCallersRole } from "../linked-role.ts";
import { recordJoining } from "../membership-events.ts";
import { attachAwsPolicies } from "../policies/aws-policies.ts";
import { accountsOf, findMembership } from "../rows/accounts.ts";
import { handshakesOf } from "../rows/handshakes.ts";
import { updateOrganization } from "../rows/organizations.ts";
import { unitsOf } from "../rows/units.ts";
import { createTrustedRoles } from "../services/trusted-roles.ts";
import type { HandshakeRow, OrganizationRow, OrganizationsTables } from "../tables.ts";
import { defaultEmail, enabledTypes } from "../views.ts";

/** Does what a handshake asks for, once the party that it asks has accepted. */
export async function accept(
  row: HandshakeRow,
  organization: OrganizationRow,
  context: RequestContext,
  tx: Transaction<OrganizationsTables>,
  deps: OrganizationsDependencies,
): Promise<void> {
  switch (row.action) {
    case "INVITE":
      return joinInvited(row, organization, context, tx, deps);
    case "ENABLE_ALL_FEATURES":
      return enableAllFeatures(row, organization, context, tx);
    case "APPROVE_ALL_FEATURES":
      return;
  }
}

async function joinInvited(
  row: HandshakeRow,
  organization: OrganizationRow,
  context: RequestContext,
  tx: Transaction<OrganizationsTables>,
  deps: OrganizationsDependencies,
): Promise<void> {
  const { db } = tx;
  const { accountId, nowMs } = context;
  if (await findMembership(accountId, db))
    throw handshakeViolation(
      "ALREADY_IN_AN_ORGANIZATION",
      "The account is already a member of an organization.",
    );
  const { organization_id, root_id } = organization;
  const count = (await accountsOf(organization_id, db)).length;
  if (count >= deps.settings.organizationAccounts)
    throw handshakeViolation(
      "ACCOUNT_NUMBER_LIMIT_EXCEEDED",
      "The organization has the most accounts that it can have.",
    );
  if (organization.feature_set === "ALL")
    await createCallersRole(accountId, context, tx.tables(), deps);
  const place = { account_id: accountId, organization_id, parent_id: root_id };
  const account = { ...place, name: accountId, email: row.email ?? defaultEmail(accountId) };
  const joined = { joined_method: "INVITED", joined_ms: nowMs, closed_ms: null } as const;
  await admit({ ...account, ...joined, tags: row.tags }, { organization, db }, nowMs);
  await recordJoining(accountId, "Invited", nowMs, organization, tx.tables(), deps);
  const own = await findPlace(accountId, db);
  if (own) await createTrustedRoles(accountId, { ...own, tx: tx.tables(), db }, deps);
}

/** Every account that was invited must have agreed. Then service control policies are on. */
async function enableAllFeatures(
  row: HandshakeRow,
  organization: OrganizationRow,
  { nowMs }: RequestContext,
  { db }: Transaction<OrganizationsTables>,
): Promise<void> {
  const { organization_id, root_id } = organization;
  const all = await handshakesOf(organization_id, db);
  const missing = all.filter(
    ({ action, requested_ms, state }) =>
      action === "APPROVE_ALL_FEATURES" &&
      requested_ms === row.requested_ms &&
      state !== "ACCEPTED",
  );
  if (missing.length > 0)
    throw handshakeViolation(
      "ORGANIZATION_IS_ALREADY_PENDING_ALL_FEATURES_MIGRATION",
      "Accounts that were invited haven't approved yet.",
    );
  const type = "SERVICE_CONTROL_POLICY";
  const policy_types = JSON.stringify([...new Set([...enabledTypes(organization), type])]);
  await updateOrganization(organization_id, { feature_set: "ALL", policy_types }, db);
  const units = await unitsOf(organization_id, db);
  const accounts = await accountsOf(organization_id, db);
  const ids = [...units.map((each) => each.unit_id), ...accounts.map((each) => each.account_id)];
  await attachAwsPolicies(organization, [root_id, ...ids], nowMs, db, [type]);
}
