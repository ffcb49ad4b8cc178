import { type CompiledPolicy, compilePolicy } from "../compile/compile-policy.ts";
import { type CompareOptions, findAccess, type NewAccess } from "./compare.ts";
import { outsidersOf } from "./outsiders.ts";

type Policies = readonly CompiledPolicy[];

/** A statement that gives access, with a request as the proof; or one of which it isn't known. */
export type Grant = Exclude<NewAccess, { kind: "none" }>;

/** Actions and resources: any of the one on any of the other. Left out, it is all of them. */
export interface AccessList {
  readonly actions?: readonly string[];
  readonly resources?: readonly string[];
}

/** The statements of `candidate` that allow something that `existing` doesn't. */
export function newAccess(
  candidate: Policies,
  existing: Policies,
  options: CompareOptions = {},
): readonly Grant[] {
  return [...findAccess(candidate, existing, options)];
}

/** The statements that allow one of the listed actions on one of the listed resources. */
export function listedAccess(
  policies: Policies,
  { actions, resources }: AccessList,
  options: CompareOptions = {},
): readonly Grant[] {
  const hasPrincipals = policies.some(({ statements }) =>
    statements.some(({ principal }) => principal !== undefined),
  );
  const everything = { Effect: "Allow", ...(hasPrincipals && { Principal: "*" }) };
  const Statement = [
    ...(actions ? [{ ...everything, NotAction: actions, Resource: "*" }] : []),
    ...(resources ? [{ ...everything, Action: "*", NotResource: resources }] : []),
  ];
  // Variables are plain text in the older version, as they are in a list of resources.
  const text = JSON.stringify({ Version: "2008-10-17", Statement });
  const kind = hasPrincipals ? "resource" : "identity";
  const allElse = compilePolicy(text, { kind, id: "everything else", managed: false });
  return newAccess(policies, [allElse], options);
}

/**
 * The statements of a resource's policy that let somebody outside in: a caller of an account that
 * the policy doesn't name, or one without credentials, whose keys that callers can't choose
 * (`aws:SourceVpc`, `aws:PrincipalOrgID` …) are absent or an outsider's.
 */
export function publicAccess(policies: Policies, options: CompareOptions = {}): readonly Grant[] {
  return [...findAccess(policies, [], { ...options, callers: outsidersOf(policies) })];
}
