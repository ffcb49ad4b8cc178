import type { PolicySource } from "@rolecast/policy";

/** AWS's names of the types. */
export const POLICY_TYPES: Readonly<Record<PolicySource["kind"], string>> = {
  identity: "IDENTITY_BASED_POLICY",
  boundary: "PERMISSIONS_BOUNDARY",
  session: "SESSION_POLICY",
  resource: "RESOURCE_BASED_POLICY",
  trust: "ROLE_TRUST_POLICY",
  key: "RESOURCE_BASED_POLICY",
  scp: "SERVICE_CONTROL_POLICY",
  rcp: "RESOURCE_CONTROL_POLICY",
  endpoint: "VPC_ENDPOINT_POLICY",
};

/** Whether a policy of this kind is the resource owner's and not the caller's. */
export function isOwners(kind: PolicySource["kind"]): boolean {
  return kind === "resource" || kind === "trust" || kind === "key" || kind === "rcp";
}

/** The ARN of a managed policy; of another, a name that is unique among those of a decision. */
export function uriOf({ kind, id, managed }: PolicySource): string {
  return managed ? id : `inline/${kind}/${id}`;
}

/** The name of a policy for people: "`read-recordings` (via group `editors`)". */
export function policyTitle(source: PolicySource, groupArn: string | undefined): string {
  const { id, managed, kind } = source;
  const isOfResource = isOwners(kind) && kind !== "rcp";
  const name = managed ? id.slice(id.lastIndexOf("/") + 1) : id.slice(id.lastIndexOf(" ") + 1);
  const title = `\`${isOfResource ? id : name}\``;
  if (source.target) return `${title} on ${source.target.title}`;
  const group = groupArn?.slice(groupArn.lastIndexOf("/") + 1);
  return group === undefined ? title : `${title} (via group \`${group}\`)`;
}
