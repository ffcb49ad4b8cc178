import { IAM } from "@aws-sdk/client-iam";
import type { Chance } from "../fuzz/chance.ts";
import { MANAGED, newDocument, partsOf, toggled } from "./identity-policies.ts";
import type { Node } from "./node.ts";
import { allPages, keyOf, withMember } from "./pages.ts";
import { type Change, remembered } from "./remembered.ts";

/* Roles with policies. */

const PREFIX = "kills-";
const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" },
  ],
});

interface Role {
  readonly description: string;
  readonly maxSeconds: number;
  readonly policies: Readonly<Record<string, string>>;
  readonly attached: readonly string[];
}

function changeRole(key: string, role: Role | undefined, chance: Chance): Change<Role> {
  const RoleName = PREFIX + key;
  const Description = `description ${chance.below(1e6)}`;
  const MaxSessionDuration = 3_600 + chance.below(3_600);
  if (!role)
    return {
      says: `CreateRole ${key}`,
      send: (at) =>
        at.client(IAM).createRole({ RoleName, AssumeRolePolicyDocument: TRUST, Description }),
      after: () => ({ description: Description, maxSeconds: 3_600, policies: {}, attached: [] }),
    };
  const isBare = Object.keys(role.policies).length + role.attached.length === 0;
  if (isBare && chance.rarely(3))
    return {
      says: `DeleteRole ${key}`,
      send: (at) => at.client(IAM).deleteRole({ RoleName }),
      after: () => undefined,
    };
  const PolicyName = `inline-${chance.below(2)}`;
  const PolicyArn = chance.one(MANAGED);
  switch (chance.below(3)) {
    case 0:
      return {
        says: `UpdateRole ${key} ${Description} ${MaxSessionDuration}`,
        send: (at) => at.client(IAM).updateRole({ RoleName, Description, MaxSessionDuration }),
        after: () => ({ ...role, description: Description, maxSeconds: MaxSessionDuration }),
      };
    case 1: {
      const gone = PolicyName in role.policies && chance.rarely(2);
      const PolicyDocument = newDocument(chance);
      return {
        says: `${gone ? "Delete" : "Put"}RolePolicy ${key} ${PolicyName}`,
        send: (at) =>
          gone
            ? at.client(IAM).deleteRolePolicy({ RoleName, PolicyName })
            : at.client(IAM).putRolePolicy({ RoleName, PolicyName, PolicyDocument }),
        after: () => ({
          ...role,
          policies: withMember(role.policies, PolicyName, gone ? undefined : PolicyDocument),
        }),
      };
    }
    default: {
      const gone = role.attached.includes(PolicyArn);
      return {
        says: `${gone ? "Detach" : "Attach"}RolePolicy ${key} ${PolicyArn}`,
        send: (at) =>
          gone
            ? at.client(IAM).detachRolePolicy({ RoleName, PolicyArn })
            : at.client(IAM).attachRolePolicy({ RoleName, PolicyArn }),
        after: () => ({ ...role, attached: toggled(role.attached, PolicyArn) }),
      };
    }
  }
}

async function readRoles(at: Node): Promise<ReadonlyMap<string, Role>> {
  const iam = at.client(IAM);
  const details = await allPages(
    (Marker) => iam.getAccountAuthorizationDetails({ Filter: ["Role"], Marker }),
    ({ RoleDetailList }) => RoleDetailList,
    ({ Marker }) => Marker,
  );
  const roles = new Map<string, Role>();
  for (const { RoleName, RolePolicyList, AttachedManagedPolicies } of details) {
    const key = keyOf(PREFIX, RoleName);
    if (key === undefined) continue;
    const { Role: role } = await iam.getRole({ RoleName });
    roles.set(key, {
      ...partsOf(RolePolicyList, AttachedManagedPolicies),
      description: role?.Description ?? "",
      maxSeconds: role?.MaxSessionDuration ?? 0,
    });
  }
  return roles;
}

export const roles = remembered<Role>({
  name: "iam-roles",
  keys: 12,
  change: changeRole,
  read: readRoles,
});
