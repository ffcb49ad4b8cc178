import type * as organizations from "@aws-sdk/client-organizations";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { type Change, change, inOrganization } from "../access/organization-operation.ts";
import { dbOf } from "../access/place.ts";
import { principalKey } from "../access/request-keys.ts";
import { onTarget } from "../access/targets.ts";
import type { OrganizationsDependencies } from "../dependencies.ts";
import { constraintViolation, notFound, refused } from "../errors.ts";
import { pageOfList } from "../page.ts";
import { ADMINISTRATORS_PER_SERVICE_MAX } from "../quotas.ts";
import { accountsOf, findAccount } from "../rows/accounts.ts";
import {
  administratorsOf,
  findTrustedService,
  insertAdministrator,
  removeAdministrator,
} from "../rows/services.ts";
import { unitsOf } from "../rows/units.ts";
import type { AdministratorRow } from "../tables.ts";
import { Tree } from "../tree.ts";
import { accountView } from "../views.ts";
import { requireIntegrated } from "./trusted-services.ts";

/** Register…, DeregisterDelegatedAdministrator, ListDelegated…. */
export function administratorOperations(deps: OrganizationsDependencies): OperationTable {
  return defineOperations<typeof organizations>()({
    RegisterDelegatedAdministrator: inOrganization({
      action: "organizations:RegisterDelegatedAdministrator",
      access: "management",
      on: ({ AccountId }, place, db) => onTarget(AccountId, place, db),
      context: ({ ServicePrincipal }) => principalKey(ServicePrincipal),
      handle: ({ AccountId, ServicePrincipal }, context) => {
        requireIntegrated(ServicePrincipal);
        return change(deps, context, async (tx) => {
          const { organization_id } = tx.organization;
          await refuseAdministrator(AccountId, ServicePrincipal, tx);
          const row = { organization_id, account_id: AccountId, enabled_ms: context.nowMs };
          await insertAdministrator({ ...row, service_principal: ServicePrincipal }, tx.db);
          return {};
        });
      },
    }),
    DeregisterDelegatedAdministrator: inOrganization({
      action: "organizations:DeregisterDelegatedAdministrator",
      access: "management",
      on: ({ AccountId }, place, db) => onTarget(AccountId, place, db),
      context: ({ ServicePrincipal }) => principalKey(ServicePrincipal),
      handle: ({ AccountId: account_id, ServicePrincipal: service_principal }, context) =>
        change(deps, context, async ({ organization: { organization_id }, db }) => {
          if (!(await findAccount(organization_id, account_id, db))) throw notFound("Account");
          const all = await administratorsOf(organization_id, db);
          if (!all.some((row) => isOf(row, account_id, service_principal))) throw notRegistered();
          await removeAdministrator({ organization_id, account_id, service_principal }, db);
          return {};
        }),
    }),
    ListDelegatedAdministrators: inOrganization({
      action: "organizations:ListDelegatedAdministrators",
      access: "read",
      context: ({ ServicePrincipal }) => principalKey(ServicePrincipal),
      handle: async (input, context, { organization }) => {
        const { ServicePrincipal: service } = input;
        const { organization_id } = organization;
        const db = dbOf(context);
        const since = new Map<string, number>();
        for (const row of await administratorsOf(organization_id, db))
          if (service === undefined || row.service_principal === service)
            since.set(
              row.account_id,
              Math.min(since.get(row.account_id) ?? row.enabled_ms, row.enabled_ms),
            );
        const accounts = await accountsOf(organization_id, db);
        const own = accounts.filter(({ account_id }) => since.has(account_id));
        const list = ["administrators", organization_id, service ?? ""];
        const { rows, rest } = await pageOfList(input, list, own, (row) => row.account_id);
        const tree = new Tree(organization, await unitsOf(organization_id, db));
        const DelegatedAdministrators = rows.map((row) => {
          const { Paths, ...view } = accountView(organization, row, tree, context.nowMs);
          return { ...view, DelegationEnabledDate: new Date(since.get(row.account_id) ?? 0) };
        });
        return { DelegatedAdministrators, ...rest };
      },
    }),
    ListDelegatedServicesForAccount: inOrganization({
      action: "organizations:ListDelegatedServicesForAccount",
      access: "read",
      on: ({ AccountId }, place, db) => onTarget(AccountId, place, db),
      handle: async (input, context, { organization: { organization_id } }) => {
        const { AccountId } = input;
        const db = dbOf(context);
        if (!(await findAccount(organization_id, AccountId, db))) throw notFound("Account");
        const all = await administratorsOf(organization_id, db);
        const own = all.filter(({ account_id }) => account_id === AccountId);
        if (own.length === 0) throw notRegistered();
        const list = ["delegated", AccountId];
        const { rows, rest } = await pageOfList(input, list, own, (row) => row.service_principal);
        const DelegatedServices = rows.map(({ service_principal, enabled_ms }) => ({
          ServicePrincipal: service_principal,
          DelegationEnabledDate: new Date(enabled_ms),
        }));
        return { DelegatedServices, ...rest };
      },
    }),
  });
}

function isOf(row: AdministratorRow, accountId: string, servicePrincipal: string): boolean {
  return row.account_id === accountId && row.service_principal === servicePrincipal;
}

function notRegistered() {
  return refused(
    "AccountNotRegistered",
    "The provided account is not a registered delegated administrator for your organization.",
  );
}

/** @throws AccountNotFound, AccountAlreadyRegistered, ConstraintViolation */
async function refuseAdministrator(
  accountId: string,
  servicePrincipal: string,
  { organization, db }: Change,
): Promise<void> {
  const { organization_id, management_account_id } = organization;
  if (accountId === management_account_id)
    throw constraintViolation(
      "CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR",
      "You cannot register management account/yourself as delegated administrator " +
        "for your organization.",
    );
  const account = await findAccount(organization_id, accountId, db);
  if (!account) throw notFound("Account");
  if (account.closed_ms !== null)
    throw constraintViolation(
      "CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR",
      "You cannot register a suspended account as a delegated administrator.",
    );
  if (!(await findTrustedService(organization_id, servicePrincipal, db)))
    throw constraintViolation(
      "SERVICE_ACCESS_NOT_ENABLED",
      "You must enable trusted access for the service first.",
    );
  const all = await administratorsOf(organization_id, db);
  if (all.some((row) => isOf(row, accountId, servicePrincipal)))
    throw refused(
      "AccountAlreadyRegistered",
      "The provided account is already a delegated administrator for your organization.",
    );
  const count = all.filter((row) => row.service_principal === servicePrincipal).length;
  if (count >= ADMINISTRATORS_PER_SERVICE_MAX)
    throw constraintViolation(
      "MAX_DELEGATED_ADMINISTRATORS_FOR_SERVICE_LIMIT_EXCEEDED",
      "You have exceeded the number of delegated administrators of the service.",
    );
}
