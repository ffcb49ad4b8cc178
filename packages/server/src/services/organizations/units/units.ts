import type * as organizations from "@aws-sdk/client-organizations";
import { UNIT_DEPTH_MAX } from "../../../kernel/control-policy.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { change, inOrganization } from "../access/organization-operation.ts";
import { dbOf, type Place } from "../access/place.ts";
import { tagContext, withTags } from "../access/request-keys.ts";
import { onParent, onUnit } from "../access/targets.ts";
import type { OrganizationsDependencies } from "../dependencies.ts";
import { constraintViolation, duplicate, notFound, refused } from "../errors.ts";
import { newUnitId } from "../names.ts";
import { pageOfList } from "../page.ts";
import { attachAwsPolicies } from "../policies/aws-policies.ts";
import { UNITS_MAX } from "../quotas.ts";
import { listAccounts } from "../rows/accounts.ts";
import { removeAttachmentsOfTarget } from "../rows/attachments.ts";
import type { Db } from "../rows/organizations.ts";
import { findUnit, insertUnit, removeUnit, unitsOf, updateUnit } from "../rows/units.ts";
import type { UnitRow } from "../tables.ts";
import { Tree } from "../tree.ts";
import { unitView } from "../views.ts";

/** CreateOrganizationalUnit, Update…, Delete…, Describe…, ListOrganizationalUnitsForParent. */
export function unitOperations(deps: OrganizationsDependencies): OperationTable {
  return defineOperations<typeof organizations>()({
    CreateOrganizationalUnit: inOrganization({
      action: "organizations:CreateOrganizationalUnit",
      access: "management",
      on: ({ ParentId }, place, db) => onParent(ParentId, place, db),
      context: ({ Tags }) => tagContext(Tags),
      handle: ({ ParentId, Name, Tags }, context) =>
        change(deps, context, async ({ organization, db }) => {
          const { organization_id, root_id } = organization;
          const units = await unitsOf(organization_id, db);
          const tree = new Tree(organization, units);
          if (!tree.has(ParentId)) throw notFound("Parent");
          refuseTakenName(units, ParentId, Name);
          refuseOverQuota(units, tree, ParentId);
          const unit: UnitRow = {
            unit_id: newUnitId(root_id, deps.ids),
            organization_id,
            parent_id: ParentId,
            name: Name,
            tags: withTags("{}", Tags, context),
          };
          await insertUnit(unit, db);
          await attachAwsPolicies(organization, [unit.unit_id], context.nowMs, db);
          return { OrganizationalUnit: unitView(organization, unit, tree) };
        }),
    }),
    UpdateOrganizationalUnit: inOrganization({
      action: "organizations:UpdateOrganizationalUnit",
      access: "management",
      on: ({ OrganizationalUnitId }, place, db) => onUnit(OrganizationalUnitId, place, db),
      handle: ({ OrganizationalUnitId, Name }, context) =>
        change(deps, context, async ({ organization, db }) => {
          const units = await unitsOf(organization.organization_id, db);
          const unit = units.find(({ unit_id }) => unit_id === OrganizationalUnitId);
          if (!unit) throw notFound("OrganizationalUnit");
          const name = Name ?? unit.name;
          if (name !== unit.name) refuseTakenName(units, unit.parent_id, name);
          await updateUnit(unit.unit_id, { name }, db);
          const tree = new Tree(organization, units);
          return { OrganizationalUnit: unitView(organization, { ...unit, name }, tree) };
        }),
    }),
    DeleteOrganizationalUnit: inOrganization({
      action: "organizations:DeleteOrganizationalUnit",
      access: "management",
      on: ({ OrganizationalUnitId }, place, db) => onUnit(OrganizationalUnitId, place, db),
      handle: ({ OrganizationalUnitId: id }, context) =>
        change(deps, context, async ({ organization: { organization_id }, db }) => {
          const units = await unitsOf(organization_id, db);
          if (!units.some(({ unit_id }) => unit_id === id)) throw notFound("OrganizationalUnit");
          const [account] = await listAccounts(organization_id, id, "", 1, db);
          if (account || units.some(({ parent_id }) => parent_id === id)) throw notEmpty();
          await removeUnit(id, db);
          await removeAttachmentsOfTarget(organization_id, id, db);
          return {};
        }),
    }),
    DescribeOrganizationalUnit: inOrganization({
      action: "organizations:DescribeOrganizationalUnit",
      access: "read",
      on: ({ OrganizationalUnitId }, place, db) => onUnit(OrganizationalUnitId, place, db),
      handle: async ({ OrganizationalUnitId: id }, context, { organization }) => {
        const db = dbOf(context);
        const unit = await findUnit(organization.organization_id, id, db);
        if (!unit) throw notFound("OrganizationalUnit");
        const tree = new Tree(organization, await unitsOf(organization.organization_id, db));
        return { OrganizationalUnit: unitView(organization, unit, tree) };
      },
    }),
    ListOrganizationalUnitsForParent: inOrganization({
      action: "organizations:ListOrganizationalUnitsForParent",
      access: "read",
      on: ({ ParentId }, place, db) => onParent(ParentId, place, db),
      handle: async (input, context, place) => {
        const { tree, units } = await requireParent(input.ParentId, place, dbOf(context));
        const own = units.filter(({ parent_id }) => parent_id === input.ParentId);
        const list = ["units", input.ParentId];
        const { rows, rest } = await pageOfList(input, list, own, ({ unit_id }) => unit_id);
        const view = (unit: UnitRow) => unitView(place.organization, unit, tree);
        return { OrganizationalUnits: rows.map(view), ...rest };
      },
    }),
  });
}

/** The units of the organization; the id names one, or the root. @throws ParentNotFound */
export async function requireParent(parentId: string, { organization }: Place, db: Db) {
  const units = await unitsOf(organization.organization_id, db);
  const tree = new Tree(organization, units);
  if (!tree.has(parentId)) throw notFound("Parent");
  return { units, tree };
}

function notEmpty() {
  return refused(
    "OrganizationalUnitNotEmpty",
    "The specified OU is not empty. Move all accounts to another root or OU, " +
      "and delete all child OUs.",
  );
}

function refuseTakenName(units: readonly UnitRow[], parentId: string, name: string): void {
  if (units.some((unit) => unit.parent_id === parentId && unit.name === name))
    throw duplicate("OrganizationalUnit", "An OU with the same name already exists.");
}

function refuseOverQuota(units: readonly UnitRow[], tree: Tree, parentId: string): void {
  if (tree.unitsTo(parentId).length >= UNIT_DEPTH_MAX)
    throw constraintViolation(
      "OU_DEPTH_LIMIT_EXCEEDED",
      "You cannot add an organizational unit to the specified parent because it would " +
        "exceed the max depth allowed.",
    );
  if (units.length >= UNITS_MAX)
    throw constraintViolation(
      "OU_NUMBER_LIMIT_EXCEEDED",
      "You have exceeded the number of organizational units that you can have " +
        "in an organization.",
    );
}
