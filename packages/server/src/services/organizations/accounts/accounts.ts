import type * as organizations from "@aws-sdk/client-organizations";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { change, inOrganization } from "../access/organization-operation.ts";
import { dbOf, type Place } from "../access/place.ts";
import { onAccount, onParent, targetOf } from "../access/targets.ts";
import type { OrganizationsDependencies } from "../dependencies.ts";
import { duplicate, notFound } from "../errors.ts";
import { type PageInput, pageOf } from "../page.ts";
import { findAccount, listAccounts, updateAccount } from "../rows/accounts.ts";
import type { Db } from "../rows/organizations.ts";
import { unitsOf } from "../rows/units.ts";
import { Tree } from "../tree.ts";
import { requireParent } from "../units/units.ts";
import { accountView } from "../views.ts";

/** DescribeAccount, ListAccounts, ListAccountsForParent, MoveAccount. */
export function accountOperations(deps: OrganizationsDependencies): OperationTable {
  return defineOperations<typeof organizations>()({
    DescribeAccount: inOrganization({
      action: "organizations:DescribeAccount",
      access: "read",
      on: ({ AccountId }, place, db) => onAccount(AccountId, place, db),
      handle: async ({ AccountId }, context, { organization }) => {
        const db = dbOf(context);
        const account = await findAccount(organization.organization_id, AccountId, db);
        if (!account) throw notFound("Account");
        const tree = new Tree(organization, await unitsOf(organization.organization_id, db));
        return { Account: accountView(organization, account, tree, context.nowMs) };
      },
    }),
    ListAccounts: inOrganization({
      action: "organizations:ListAccounts",
      access: "read",
      handle: async (input, context, place) =>
        pageOfAccounts(input, undefined, place, context.nowMs, dbOf(context)),
    }),
    ListAccountsForParent: inOrganization({
      action: "organizations:ListAccountsForParent",
      access: "read",
      on: ({ ParentId }, place, db) => onParent(ParentId, place, db),
      handle: async (input, context, place) => {
        const db = dbOf(context);
        await requireParent(input.ParentId, place, db);
        return pageOfAccounts(input, input.ParentId, place, context.nowMs, db);
      },
    }),
    MoveAccount: inOrganization({
      action: "organizations:MoveAccount",
      access: "management",
      on: async ({ AccountId, SourceParentId, DestinationParentId }, place, db) => [
        await targetOf(AccountId, place, db),
        await targetOf(SourceParentId, place, db),
        await targetOf(DestinationParentId, place, db),
      ],
      handle: ({ AccountId, SourceParentId, DestinationParentId }, context) =>
        change(deps, context, async ({ organization, db }) => {
          const { organization_id } = organization;
          const account = await findAccount(organization_id, AccountId, db);
          if (!account) throw notFound("Account");
          const tree = new Tree(organization, await unitsOf(organization_id, db));
          if (account.parent_id !== SourceParentId) throw notFound("SourceParent");
          if (!tree.has(DestinationParentId)) throw notFound("DestinationParent");
          if (DestinationParentId === SourceParentId)
            throw duplicate(
              "Account",
              "That account is already present in the specified destination.",
            );
          await updateAccount(AccountId, { parent_id: DestinationParentId }, db);
          return {};
        }),
    }),
  });
}

async function pageOfAccounts(
  input: PageInput,
  parentId: string | undefined,
  { organization }: Place,
  nowMs: number,
  db: Db,
): Promise<organizations.ListAccountsResponse> {
  const { organization_id } = organization;
  const list = ["accounts", organization_id, parentId ?? ""];
  const read = (after: string, limit: number) =>
    listAccounts(organization_id, parentId, after, limit, db);
  const { rows, rest } = await pageOf(input, list, read, ({ account_id }) => account_id);
  const tree = new Tree(organization, await unitsOf(organization_id, db));
  return { Accounts: rows.map((row) => accountView(organization, row, tree, nowMs)), ...rest };
}
