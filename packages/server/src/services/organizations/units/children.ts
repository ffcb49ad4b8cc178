import type * as organizations from "@aws-sdk/client-organizations";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { inOrganization } from "../access/organization-operation.ts";
import { dbOf, type Place } from "../access/place.ts";
import { onParent, onTarget } from "../access/targets.ts";
import { notFound } from "../errors.ts";
import { pageOf, pageOfList } from "../page.ts";
import { findAccount, listAccounts } from "../rows/accounts.ts";
import type { Db } from "../rows/organizations.ts";
import { findUnit } from "../rows/units.ts";
import { requireParent } from "./units.ts";

/** ListParents, ListChildren. */
export function childOperations(): OperationTable {
  return defineOperations<typeof organizations>()({
    ListParents: inOrganization({
      action: "organizations:ListParents",
      access: "read",
      on: ({ ChildId }, place, db) => onTarget(ChildId, place, db),
      handle: async (input, context, place) => {
        const id = await parentOf(input.ChildId, place, dbOf(context));
        const Type = id.startsWith("r-") ? "ROOT" : "ORGANIZATIONAL_UNIT";
        const list = ["parents", input.ChildId];
        const { rows, rest } = await pageOfList(input, list, [id], (each) => each);
        return { Parents: rows.map((Id) => ({ Id, Type })), ...rest };
      },
    }),
    ListChildren: inOrganization({
      action: "organizations:ListChildren",
      access: "read",
      on: ({ ParentId }, place, db) => onParent(ParentId, place, db),
      handle: async (input, context, place) => {
        const { ParentId, ChildType: Type } = input;
        const db = dbOf(context);
        const { units } = await requireParent(ParentId, place, db);
        const { organization_id } = place.organization;
        const below = units.filter(({ parent_id }) => parent_id === ParentId);
        const read = async (after: string, limit: number) =>
          Type === "ACCOUNT"
            ? (await listAccounts(organization_id, ParentId, after, limit, db)).map(
                ({ account_id }) => account_id,
              )
            : below
                .map(({ unit_id }) => unit_id)
                .filter((id) => id > after)
                .slice(0, limit);
        const list = ["children", ParentId, Type];
        const { rows, rest } = await pageOf(input, list, read, (id) => id);
        return { Children: rows.map((Id) => ({ Id, Type })), ...rest };
      },
    }),
  });
}

/** @throws ChildNotFound */
async function parentOf(childId: string, { organization }: Place, db: Db): Promise<string> {
  const { organization_id } = organization;
  const child = childId.startsWith("ou-")
    ? await findUnit(organization_id, childId, db)
    : await findAccount(organization_id, childId, db);
  if (!child) throw notFound("Child");
  return child.parent_id;
}
