import type { DecisionRequest, PolicySource } from "../request.ts";
import { nameOfCaller, principalElementOf } from "./caller-name.ts";

/** A new statement for a layer in which no statement comes near to allowing a request. */
export interface ProposedStatement {
  /** The statement in a policy's form. */
  readonly statement: Readonly<Record<string, unknown>>;
  /** Says which requests it would newly allow. */
  readonly sentence: string;
}

const PLACES: Readonly<Record<PolicySource["kind"], string>> = {
  identity: "an identity-based policy of the caller",
  boundary: "the permissions boundary",
  session: "the session policy",
  resource: "the resource's policy",
  trust: "the role's trust policy",
  key: "the key's policy",
  scp: "a service control policy of this level",
  rcp: "a resource control policy of this level",
  endpoint: "the VPC endpoint policy",
};
const HAVE_PRINCIPALS: ReadonlySet<PolicySource["kind"]> = new Set([
  ...(["resource", "trust", "key", "rcp", "endpoint"] as const),
]);

/**
 * The narrowest statement that would allow a request in a layer: one action on one resource, and of
 * a policy that names principals the caller alone.
 */
export function proposedStatement(
  layer: PolicySource["kind"],
  { action, resource, principal }: DecisionRequest,
): ProposedStatement {
  const isOwners = HAVE_PRINCIPALS.has(layer);
  const isOrganizations = layer === "rcp" || layer === "endpoint";
  const Principal = isOrganizations ? "*" : principalElementOf(principal);
  const statement = {
    Effect: "Allow",
    ...(isOwners ? { Principal } : {}),
    Action: action,
    ...(layer === "trust" ? {} : { Resource: literal(resource) }),
  };
  const whom = isOrganizations || !isOwners ? "" : ` to \`${nameOfCaller(principal)}\``;
  const where = layer === "trust" ? "" : ` on \`${resource}\``;
  const sentence = [
    `A statement in ${PLACES[layer]} would newly allow \`${action}\`${where}${whom},`,
    "whatever the request's conditions, and nothing else:",
  ].join(" ");
  return { statement, sentence };
}

/** A resource as a pattern that covers it alone. "*" is asked of actions without resources. */
function literal(resource: string): string {
  return resource === "*" ? resource : resource.replaceAll(/[*?$]/g, (char) => `\${${char}}`);
}
