import { FULL_ACCESS } from "../../../kernel/control-policy.ts";
import type { PlaceAnswer } from "../../../kernel/ports/organizations.ts";
import { AWS_POLICY_IDS } from "../names.ts";
import type { PolicyType } from "../policy-type.ts";
import { accountsOf } from "../rows/accounts.ts";
import { attachmentsOfTypes } from "../rows/attachments.ts";
import { type Db, findOrganization } from "../rows/organizations.ts";
import { policiesById } from "../rows/policies.ts";
import { unitsOf } from "../rows/units.ts";
import type { AccountRow, OrganizationRow } from "../tables.ts";
import { Tree } from "../tree.ts";
import { enabledTypes } from "../views.ts";

const SCP: PolicyType = "SERVICE_CONTROL_POLICY";

/**
 * The place of a path with the SCPs that bound it, or the one that is asked about. Source: IAM API
 * reference, GenerateOrganizationsAccessReport.
 */
export async function reportedPlace(
  organizationId: string,
  path: string,
  policyId: string | undefined,
  db: Db,
): Promise<PlaceAnswer> {
  const organization = await findOrganization(organizationId, db);
  if (!organization) return "noPlace";
  if (!enabledTypes(organization).includes(SCP)) return "noServiceControlPolicies";
  const tree = new Tree(organization, await unitsOf(organizationId, db));
  const all = await accountsOf(organizationId, db);
  const pathOf = (account: AccountRow) => `${tree.pathOf(account.parent_id)}${account.account_id}`;
  const { management_account_id: management } = organization;
  const account = all.find((each) => pathOf(each) === path);
  if (account?.account_id === management)
    return { scpLevels: undefined, accounts: [{ id: management, path }] };
  const parent = [organization.root_id, ...tree.ids()].find((id) => tree.pathOf(id) === `${path}/`);
  if (!account && parent === undefined) return "noPlace";
  const below = account
    ? [account]
    : all.filter((each) => `${pathOf(each)}/`.startsWith(`${path}/`));
  const bound = below.filter(({ account_id }) => account_id !== management);
  const targetsOf = (id: string) => targetsTo(id, organization, tree);
  const attached = (await attachmentsOfTypes([SCP], db)).filter(
    ({ organization_id }) => organization_id === organizationId,
  );
  const shown = (some: readonly AccountRow[]) =>
    some.map((each) => ({ id: each.account_id, path: pathOf(each) }));
  if (policyId === undefined) {
    const targets = account
      ? [...targetsOf(account.parent_id), account.account_id]
      : targetsOf(parent ?? organization.root_id);
    const idsAt = (target: string) =>
      attached.flatMap(({ target_id, policy_id }) => (target_id === target ? [policy_id] : []));
    const texts = await textsOf(organizationId, targets.flatMap(idsAt), db);
    const levels = targets.map((target) => idsAt(target).flatMap((id) => texts.get(id) ?? []));
    return { scpLevels: levels, accounts: shown(bound) };
  }
  const text = (await textsOf(organizationId, [policyId], db)).get(policyId);
  if (text === undefined) return "noPolicy";
  const targets = new Set(
    attached.flatMap(({ policy_id, target_id }) => (policy_id === policyId ? [target_id] : [])),
  );
  const applies = ({ parent_id, account_id }: AccountRow) =>
    [...targetsOf(parent_id), account_id].some((id) => targets.has(id));
  return { scpLevels: [[text]], accounts: shown(bound.filter(applies)) };
}

/** The ids from the root to this unit, or the root's alone. */
function targetsTo(parentId: string, { root_id }: OrganizationRow, tree: Tree): readonly string[] {
  return [root_id, ...tree.unitsTo(parentId).map(({ unit_id }) => unit_id)];
}

async function textsOf(
  organizationId: string,
  ids: readonly string[],
  db: Db,
): Promise<ReadonlyMap<string, string>> {
  const rows = await policiesById(organizationId, [...new Set(ids)], db);
  const own = rows.flatMap(({ type, policy_id, content }) =>
    type === SCP ? [[policy_id, content] as const] : [],
  );
  return new Map([[AWS_POLICY_IDS[SCP] ?? "", FULL_ACCESS.scp.text], ...own]);
}
