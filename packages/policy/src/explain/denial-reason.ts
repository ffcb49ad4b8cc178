import type { PolicySource } from "../request.ts";

type Layer = PolicySource["kind"];

/** IAM User Guide, "Troubleshoot access denied error messages". */
const IMPLICIT: Readonly<Record<Layer, string>> = {
  identity: "identity-based policy",
  boundary: "permissions boundary",
  session: "session policy",
  resource: "resource-based policy",
  trust: "role trust policy",
  key: "resource-based policy",
  scp: "service control policy",
  rcp: "resource control policy",
  endpoint: "VPC endpoint policy",
};

const EXPLICIT: Readonly<Record<Layer, string>> = {
  identity: "an identity-based policy",
  boundary: "a permissions boundary",
  session: "a session policy",
  resource: "a resource-based policy",
  trust: "the role trust policy",
  key: "a resource-based policy",
  scp: "a service control policy",
  rcp: "a resource control policy",
  endpoint: "a VPC endpoint policy",
};

/** Layers for whose explicit denies AWS names the managed policy. */
const NAMES_ITS_POLICY: ReadonlySet<Layer> = new Set([
  "identity",
  "boundary",
  "session",
  "scp",
  "rcp",
]);

export function implicitDenyReason(layer: Layer, action: string): string {
  return `because no ${IMPLICIT[layer]} allows the ${action} action`;
}

/** `policy` undefined, or not managed: the phrase alone. */
export function explicitDenyReason(layer: Layer, policy: PolicySource | undefined): string {
  const phrase = `with an explicit deny in ${EXPLICIT[layer]}`;
  return policy?.managed === true && NAMES_ITS_POLICY.has(layer)
    ? `${phrase}: ${policy.id}`
    : phrase;
}

export function allowReason(layer: Layer, action: string): string {
  return `because ${EXPLICIT[layer]} allows the ${action} action`;
}
