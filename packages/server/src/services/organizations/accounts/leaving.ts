import type * as organizations from "@aws-sdk/client-organizations";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { type Change, change, inOrganization } from "../access/organization-operation.ts";
import { onTarget } from "../access/targets.ts";
import type { OrganizationsDependencies } from "../dependencies.ts";
import { constraintViolation, notFound, refused } from "../errors.ts";
import { recordClosure, recordDeparture } from "../membership-events.ts";
import { closesInMonth, DAY_MS } from "../quotas.ts";
import { accountsOf, findAccount, updateAccount } from "../rows/accounts.ts";
import { administratorsOf } from "../rows/services.ts";
import { release } from "./membership.ts";

/** The period that CLOSE_ACCOUNT_QUOTA_EXCEEDED counts. */
const MONTH_DAYS = 30;

/** RemoveAccountFromOrganization, LeaveOrganization, CloseAccount. */
export function leavingOperations(deps: OrganizationsDependencies): OperationTable {
  return defineOperations<typeof organizations>()({
    RemoveAccountFromOrganization: inOrganization({
      action: "organizations:RemoveAccountFromOrganization",
      access: "management",
      on: ({ AccountId }, place, db) => onTarget(AccountId, place, db),
      handle: ({ AccountId }, context) =>
        change(deps, context, async (tx) => {
          await leave(AccountId, "Removed", tx, context, deps);
          return {};
        }),
    }),
    LeaveOrganization: inOrganization({
      action: "organizations:LeaveOrganization",
      access: "member",
      handle: (_input, context) =>
        change(deps, context, async (tx) => {
          await leave(context.accountId, "Left", tx, context, deps);
          return {};
        }),
    }),
    CloseAccount: inOrganization({
      action: "organizations:CloseAccount",
      access: "management",
      on: ({ AccountId }, place, db) => onTarget(AccountId, place, db),
      handle: ({ AccountId }, context) =>
        change(deps, context, async (tx) => {
          const { organization, db } = tx;
          const { organization_id, management_account_id } = organization;
          if (AccountId === management_account_id)
            throw constraintViolation(
              "CANNOT_CLOSE_MANAGEMENT_ACCOUNT",
              "You cannot close the management account of an organization.",
            );
          const account = await findAccount(organization_id, AccountId, db);
          if (!account) throw notFound("Account");
          if (account.closed_ms !== null)
            throw refused("AccountAlreadyClosed", "The provided account is already closed.");
          await refuseManyCloses(tx, context.nowMs);
          await updateAccount(AccountId, { closed_ms: context.nowMs }, db);
          await recordClosure(AccountId, context.nowMs, organization, tx.tx, deps);
          return {};
        }),
    }),
  });
}

/** @throws MasterCannotLeaveOrganization, AccountNotFound, ConstraintViolation */
async function leave(
  accountId: string,
  method: "Left" | "Removed",
  { organization, db, tx }: Change,
  { nowMs }: RequestContext,
  deps: OrganizationsDependencies,
): Promise<void> {
  const { organization_id, management_account_id } = organization;
  if (accountId === management_account_id)
    throw refused(
      "MasterCannotLeaveOrganization",
      "You can't remove the management account from an organization.",
    );
  const account = await findAccount(organization_id, accountId, db);
  if (!account) throw notFound("Account");
  const administrators = await administratorsOf(organization_id, db);
  if (administrators.some(({ account_id }) => account_id === accountId))
    throw constraintViolation(
      "CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG",
      "You must deregister the account as a delegated administrator first.",
    );
  await release(account, { db });
  await recordDeparture(accountId, method, nowMs, organization, tx, deps);
}

async function refuseManyCloses({ organization, db }: Change, nowMs: number): Promise<void> {
  const accounts = await accountsOf(organization.organization_id, db);
  const since = nowMs - MONTH_DAYS * DAY_MS;
  const closed = accounts.filter(({ closed_ms }) => closed_ms !== null && closed_ms > since);
  if (closed.length >= closesInMonth(accounts.length))
    throw constraintViolation(
      "CLOSE_ACCOUNT_QUOTA_EXCEEDED",
      "You have exceeded the quota for closing accounts in the organization.",
    );
}
