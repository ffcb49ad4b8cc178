import type { Ids } from "../../kernel/ids.ts";
import type { PolicyType } from "./policy-type.ts";
import type { AccountRow, OrganizationRow, PolicyRow } from "./tables.ts";

/*
 * Ids and ARNs. Source: Organizations API reference, the patterns of its types.
 */

type Owner = Pick<OrganizationRow, "organization_id" | "management_account_id">;

const AWS_POLICIES = "arn:aws:organizations::aws:policy";

function lowerCase(ids: Ids, length: number): string {
  return ids.alphanumeric(length).toLowerCase();
}

export const newOrganizationId = (ids: Ids): string => `o-${lowerCase(ids, 10)}`;
export const newRootId = (ids: Ids): string => `r-${lowerCase(ids, 4)}`;
export const newPolicyId = (ids: Ids): string => `p-${lowerCase(ids, 10)}`;
export const newHandshakeId = (ids: Ids): string => `h-${lowerCase(ids, 10)}`;
export const newRequestId = (ids: Ids): string => `car-${lowerCase(ids, 32)}`;
export const newResourcePolicyId = (ids: Ids): string => `rp-${lowerCase(ids, 8)}`;

/** A unit's id holds its root's. */
export function newUnitId(rootId: string, ids: Ids): string {
  return `ou-${rootId.slice(2)}-${lowerCase(ids, 8)}`;
}

export function newAccountId(ids: Ids): string {
  return Array.from(ids.bytes(12), (byte) => byte % 10).join("");
}

function organizationsArn({ management_account_id: owner }: Owner, resource: string): string {
  return `arn:aws:organizations::${owner}:${resource}`;
}

export function organizationArn(owner: Owner): string {
  return organizationsArn(owner, `organization/${owner.organization_id}`);
}

export function rootArn(owner: Owner & Pick<OrganizationRow, "root_id">): string {
  return organizationsArn(owner, `root/${owner.organization_id}/${owner.root_id}`);
}

export function unitArn(owner: Owner, unitId: string): string {
  return organizationsArn(owner, `ou/${owner.organization_id}/${unitId}`);
}

export function accountArn(owner: Owner, accountId: AccountRow["account_id"]): string {
  return organizationsArn(owner, `account/${owner.organization_id}/${accountId}`);
}

export function policyArn(owner: Owner, policy: Pick<PolicyRow, "policy_id" | "type">): string {
  const { policy_id: id, type } = policy;
  if (isAwsPolicy(id)) return `${AWS_POLICIES}/${type.toLowerCase()}/${id}`;
  return organizationsArn(owner, `policy/${owner.organization_id}/${type.toLowerCase()}/${id}`);
}

/** A policy that isn't there, so that its type isn't known. */
export function unknownPolicyArn(owner: Owner, policyId: string): string {
  return organizationsArn(owner, `policy/${owner.organization_id}/*/${policyId}`);
}

export function handshakeArn(owner: Owner, action: string, handshakeId: string): string {
  const path = `${owner.organization_id}/${action.toLowerCase()}/${handshakeId}`;
  return organizationsArn(owner, `handshake/${path}`);
}

export function resourcePolicyArn(owner: Owner, policyId: string): string {
  return organizationsArn(owner, `resourcepolicy/${owner.organization_id}/${policyId}`);
}

/** AWS's policies of the two kinds that decide, attached wherever their type is enabled. */
export const AWS_POLICY_IDS: Readonly<Partial<Record<PolicyType, string>>> = {
  SERVICE_CONTROL_POLICY: "p-FullAWSAccess",
  RESOURCE_CONTROL_POLICY: "p-RCPFullAWSAccess",
};

export function isAwsPolicy(policyId: string): boolean {
  return Object.values(AWS_POLICY_IDS).includes(policyId);
}
