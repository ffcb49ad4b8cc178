import type { DecisionRequest, PolicySource } from "../request.ts";
import { resourcePattern } from "../resource-pattern.ts";
import { nameOfCaller, principalElementOf, titleOfCaller } from "./caller-name.ts";

/** A new statement for a layer in which no statement comes near to allowing a request. */
export interface ProposedStatement {
  /** The statement in a policy's form. */
  readonly statement: Readonly<Record<string, unknown>>;
  /** It as JSON to paste; a whole policy if the layer has none that it could be added to. */
  readonly text: string;
  /** Says what it allows and where it belongs. */
  readonly sentence: string;
}

type Layer = PolicySource["kind"];

const HAVE_PRINCIPALS: ReadonlySet<Layer> = new Set([
  "resource",
  "trust",
  "key",
  "rcp",
  "endpoint",
]);

/**
 * The narrowest statement that would allow a request in a layer: one action on one resource, and of
 * a policy that names principals the caller alone.
 */
export function proposedStatement(
  layer: Layer,
  { action, resource, principal }: DecisionRequest,
  policies: readonly PolicySource[],
): ProposedStatement {
  const isOwners = HAVE_PRINCIPALS.has(layer);
  const isOrganizations = layer === "rcp" || layer === "endpoint";
  const Principal = isOrganizations ? "*" : principalElementOf(principal);
  const Resource = layer === "trust" ? undefined : resourcePattern(resource);
  const statement = {
    Effect: "Allow",
    ...(isOwners && { Principal }),
    Action: action,
    ...(Resource !== undefined && { Resource }),
  };
  const isFirst = policies.length === 0;
  const subject = isFirst ? "This policy" : "This statement";
  const whom = isOrganizations || !isOwners ? "" : ` to \`${nameOfCaller(principal)}\``;
  const where = Resource === undefined || Resource === "*" ? "" : ` on \`${resource}\``;
  const place = placeOf(layer, { resource, principal }, policies);
  const put = isFirst ? `use it as ${place}` : `add it to ${place}`;
  const sentence = `${subject} allows exactly \`${action}\`${where}${whom}; ${put}:`;
  const pasted = isFirst ? { Version: "2012-10-17", Statement: [statement] } : statement;
  return { statement, text: JSON.stringify(pasted, null, 2), sentence };
}

/** The place for the statement; a policy's name is its resource's, or its own. */
function placeOf(
  layer: Layer,
  { resource, principal }: Pick<DecisionRequest, "resource" | "principal">,
  [first]: readonly PolicySource[],
): string {
  switch (layer) {
    case "identity":
      return `an identity-based policy of ${titleOfCaller(principal)}`;
    case "boundary":
      return `the permissions boundary of ${titleOfCaller(principal)}`;
    case "session":
      return "the session policy";
    case "resource":
      return `the policy of \`${first?.id ?? holderOf(resource)}\``;
    case "trust":
      return `the trust policy of \`${first?.id ?? resource}\``;
    case "key":
      return `the key policy of \`${first?.id ?? resource}\``;
    case "scp":
      return `a service control policy on ${first?.target?.title ?? "this level"}`;
    case "rcp":
      return `a resource control policy on ${first?.target?.title ?? "this level"}`;
    case "endpoint":
      return "the VPC endpoint policy";
    default:
      return layer satisfies never;
  }
}

/** An object's policy is its bucket's. */
function holderOf(resource: string): string {
  return /^arn:[^:]*:s3:::[^/]+/.exec(resource)?.[0] ?? resource;
}
