import type * as organizations from "@aws-sdk/client-organizations";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { readerIn } from "../../../kernel/store.ts";
import { type Change, change, inOrganization } from "../access/organization-operation.ts";
import { dbOf } from "../access/place.ts";
import { type Tag, tagContext, withTags } from "../access/request-keys.ts";
import type { OrganizationsDependencies } from "../dependencies.ts";
import { constraintViolation, invalidInput, notFound } from "../errors.ts";
import { asRootOf, callIam, createOwnRole } from "../linked-role.ts";
import { recordCreation, recordJoining } from "../membership-events.ts";
import { newAccountId, newRequestId } from "../names.ts";
import { pageOf } from "../page.ts";
import { findRequest, insertRequest, listRequests } from "../rows/account-requests.ts";
import { accountsOf, countAccounts } from "../rows/accounts.ts";
import { createTrustedRoles } from "../services/trusted-roles.ts";
import type { AccountRequestRow, AccountRow } from "../tables.ts";
import { admit } from "./membership.ts";

/** Source: API reference, CreateAccount, RoleName. */
const DEFAULT_ROLE_NAME = "OrganizationAccountAccessRole";
const ADMINISTRATOR_ACCESS = "arn:aws:iam::aws:policy/AdministratorAccess";

interface NewAccount {
  readonly Email: string;
  readonly AccountName: string;
  readonly RoleName?: string | undefined;
  readonly Tags?: readonly Tag[] | undefined;
}

/** CreateAccount, DescribeCreateAccountStatus, ListCreateAccountStatus. */
export function createAccountOperations(deps: OrganizationsDependencies): OperationTable {
  return defineOperations<typeof organizations>()({
    CreateAccount: inOrganization({
      action: "organizations:CreateAccount",
      access: "management",
      context: ({ Tags }) => tagContext(Tags),
      handle: async (input, context) => {
        const { RoleName = DEFAULT_ROLE_NAME } = input;
        if (RoleName.startsWith("AWSServiceRoleFor"))
          throw invalidInput("INVALID_ROLE_NAME", "You specified an invalid role name.");
        const tags = withTags("{}", input.Tags, context);
        const request = await change(deps, context, async (tx) => {
          await requireRoom(tx, deps);
          return createAccount({ ...input, RoleName }, tags, tx, context, deps);
        });
        // AWS answers before the account is there; whoever asks for the status finds it.
        const { AccountId, CompletedTimestamp, FailureReason, ...begun } = statusView(request);
        return { CreateAccountStatus: { ...begun, State: "IN_PROGRESS" } };
      },
    }),
    DescribeCreateAccountStatus: inOrganization({
      action: "organizations:DescribeCreateAccountStatus",
      access: "read",
      handle: async ({ CreateAccountRequestId: id }, context, { organization }) => {
        const request = await findRequest(organization.organization_id, id, dbOf(context));
        if (!request) throw notFound("CreateAccountStatus");
        return { CreateAccountStatus: statusView(request) };
      },
    }),
    ListCreateAccountStatus: inOrganization({
      action: "organizations:ListCreateAccountStatus",
      access: "read",
      handle: async (input, context, { organization: { organization_id } }) => {
        const asked = input.States ?? [];
        const states = (["SUCCEEDED", "FAILED"] as const).filter(
          (state) => asked.length === 0 || asked.includes(state),
        );
        const db = dbOf(context);
        const read = (after: string, limit: number) =>
          states.length === 0 ? [] : listRequests(organization_id, states, after, limit, db);
        const list = ["requests", organization_id, states];
        const { rows, rest } = await pageOf(input, list, read, ({ request_id }) => request_id);
        return { CreateAccountStatuses: rows.map(statusView), ...rest };
      },
    }),
  });
}

/** @throws ConstraintViolation */
export async function requireRoom(
  { organization, db }: Change,
  { settings }: OrganizationsDependencies,
): Promise<void> {
  if ((await countAccounts(organization.organization_id, db)) >= settings.organizationAccounts)
    throw constraintViolation(
      "ACCOUNT_NUMBER_LIMIT_EXCEEDED",
      "You have exceeded the allowed number of AWS accounts.",
    );
}

/** An e-mail address that is invalid or taken fails the request, and not the call. */
async function createAccount(
  { Email, AccountName, RoleName = DEFAULT_ROLE_NAME }: NewAccount,
  tags: string,
  change: Change,
  { nowMs }: RequestContext,
  deps: OrganizationsDependencies,
): Promise<AccountRequestRow> {
  const { organization, tx, db } = change;
  const { organization_id, root_id, management_account_id } = organization;
  const request = {
    ...{ request_id: newRequestId(deps.ids), organization_id, account_name: AccountName },
    ...{ requested_ms: nowMs, completed_ms: nowMs },
  };
  const failure_reason = await refusalOf(Email, change);
  if (failure_reason !== null) {
    const failed: AccountRequestRow = {
      ...{ ...request, account_id: null, state: "FAILED", failure_reason },
    };
    await insertRequest(failed, db);
    await recordCreation(failed, organization, tx, deps);
    return failed;
  }
  const account_id = await unusedAccountId(change, deps);
  await deps.accounts.create(account_id, nowMs, tx);
  await createAccessRole(account_id, RoleName, management_account_id, change, deps);
  const account: AccountRow = {
    ...{ account_id, organization_id, parent_id: root_id, name: AccountName, email: Email },
    ...{ joined_method: "CREATED", joined_ms: nowMs, closed_ms: null, tags },
  };
  await admit(account, change, nowMs);
  if (organization.feature_set === "ALL") await createOwnRole(account_id, tx, deps);
  await createTrustedRoles(account_id, change, deps);
  const done: AccountRequestRow = {
    ...{ ...request, account_id, state: "SUCCEEDED", failure_reason: null },
  };
  await insertRequest(done, db);
  await recordJoining(account_id, "Created", nowMs, organization, tx, deps);
  await recordCreation(done, organization, tx, deps);
  return done;
}

/** The rules of AWS's documentation for e-mail addresses, beyond its model's pattern. */
const VALID_EMAIL =
  /^(?!\.)[^\s"'()<>[\]:;,\\|%&@\u0080-\uffff]+@(?![-.])[A-Za-z0-9.-]*\.[A-Za-z0-9.-]*(?<![-.])$/;

async function refusalOf(
  email: string,
  { organization, db }: Change,
): Promise<AccountRequestRow["failure_reason"]> {
  if (!VALID_EMAIL.test(email)) return "INVALID_EMAIL";
  const others = await accountsOf(organization.organization_id, db);
  const isTaken = others.some((other) => other.email.toLowerCase() === email.toLowerCase());
  return isTaken ? "EMAIL_ALREADY_EXISTS" : null;
}

/** No service control policy affects it: the account joins the organization afterwards. */
async function createAccessRole(
  accountId: string,
  RoleName: string,
  managementAccountId: string,
  { tx }: Change,
  deps: OrganizationsDependencies,
): Promise<void> {
  const trust = {
    Effect: "Allow",
    Principal: { AWS: `arn:aws:iam::${managementAccountId}:root` },
    Action: "sts:AssumeRole",
  };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [trust] });
  const as = asRootOf(accountId);
  await callIam("CreateRole", { RoleName, AssumeRolePolicyDocument }, as, tx, deps);
  const policy = { RoleName, PolicyArn: ADMINISTRATOR_ACCESS };
  await callIam("AttachRolePolicy", policy, as, tx, deps);
}

async function unusedAccountId(
  { tx }: Change,
  { ids, accounts }: OrganizationsDependencies,
): Promise<string> {
  for (;;) {
    const id = newAccountId(ids);
    if ((await accounts.findCreation(id, readerIn(tx))) === undefined) return id;
  }
}

function statusView(request: AccountRequestRow): organizations.CreateAccountStatus {
  const { request_id, account_name, account_id, failure_reason } = request;
  return {
    Id: request_id,
    AccountName: account_name,
    State: request.state,
    RequestedTimestamp: new Date(request.requested_ms),
    CompletedTimestamp: new Date(request.completed_ms),
    ...(account_id === null ? {} : { AccountId: account_id }),
    ...(failure_reason === null ? {} : { FailureReason: failure_reason }),
  };
}
