import type * as organizations from "@aws-sdk/client-organizations";
import { accountArn, organizationArn, rootArn, unitArn } from "./names.ts";
import type { PolicyType } from "./policy-type.ts";
import type { AccountRow, OrganizationRow, UnitRow } from "./tables.ts";
import type { Tree } from "./tree.ts";

/** The address of an account whose e-mail nobody has given. */
export function defaultEmail(accountId: string): string {
  return `root+${accountId}@example.com`;
}

/** The account whose address that is. */
export function accountOfDefaultEmail(email: string): string | undefined {
  return /^root\+(\d{12})@example\.com$/.exec(email)?.[1];
}

export function enabledTypes(row: Pick<OrganizationRow, "policy_types">): readonly PolicyType[] {
  return JSON.parse(row.policy_types) as readonly PolicyType[];
}

export function organizationView(
  row: OrganizationRow,
  email: string | undefined,
): organizations.Organization {
  const id = row.management_account_id;
  return {
    Id: row.organization_id,
    Arn: organizationArn(row),
    FeatureSet: row.feature_set,
    MasterAccountArn: accountArn(row, id),
    MasterAccountId: id,
    MasterAccountEmail: email ?? defaultEmail(id),
    // The member says nothing of later types. Source: API reference, Organization.
    AvailablePolicyTypes:
      row.feature_set === "ALL" ? [{ Type: "SERVICE_CONTROL_POLICY", Status: "ENABLED" }] : [],
  };
}

export function rootView(row: OrganizationRow): organizations.Root {
  return {
    Id: row.root_id,
    Arn: rootArn(row),
    Name: "Root",
    PolicyTypes: enabledTypes(row).map((Type) => ({ Type, Status: "ENABLED" })),
  };
}

export function unitView(
  row: OrganizationRow,
  unit: UnitRow,
  tree: Tree,
): organizations.OrganizationalUnit {
  const path = tree.pathOf(unit.parent_id);
  return {
    Id: unit.unit_id,
    Arn: unitArn(row, unit.unit_id),
    Name: unit.name,
    Path: `${path}${unit.unit_id}/`,
  };
}

/** How long a closed account stays suspended. Source: Organizations User Guide, "Close". */
const SUSPENDED_DAYS = 90;
const DAY_MS = 86_400_000;

type State = "ACTIVE" | "SUSPENDED" | "CLOSED";

/** Closing is over with the answer, so that no account stays in PENDING_CLOSURE. */
export function stateOf({ closed_ms }: Pick<AccountRow, "closed_ms">, nowMs: number): State {
  if (closed_ms === null) return "ACTIVE";
  return nowMs < closed_ms + SUSPENDED_DAYS * DAY_MS ? "SUSPENDED" : "CLOSED";
}

export function accountView(
  row: OrganizationRow,
  account: AccountRow,
  tree: Tree,
  nowMs: number,
): organizations.Account {
  const { account_id: id } = account;
  const state = stateOf(account, nowMs);
  return {
    Id: id,
    Arn: accountArn(row, id),
    Email: account.email,
    Name: account.name,
    Status: state === "ACTIVE" ? "ACTIVE" : "SUSPENDED",
    State: state,
    Paths: [`${tree.pathOf(account.parent_id)}${id}/`],
    JoinedMethod: account.joined_method,
    JoinedTimestamp: new Date(account.joined_ms),
  };
}
