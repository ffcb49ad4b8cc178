import type { CompiledStatement } from "../compile/compile-policy.ts";
import type { PolicySet } from "../decide/policy-set.ts";

/** By an action's service: ten of AWS's policies have thousands of other services' actions. */
const known = new WeakMap<PolicySet, Map<string, readonly CompiledStatement[]>>();

/** The Allows of a set that may come near to an action: those that name its service, or any. */
export function allowsAbout(
  set: PolicySet | undefined,
  action: string,
): readonly CompiledStatement[] {
  if (set === undefined) {
    return [];
  }
  let byService = known.get(set);
  if (byService === undefined) {
    byService = new Map();
    known.set(set, byService);
  }
  const service = action.slice(0, action.indexOf(":")).toLowerCase();
  let found = byService.get(service);
  if (found === undefined) {
    found = set.policies.flatMap(({ statements }) =>
      statements.filter((statement) => isAllowAbout(statement, service)),
    );
    byService.set(service, found);
  }
  return found;
}

function isAllowAbout({ effect, written }: CompiledStatement, service: string): boolean {
  const { negated, values } = written.action;
  return effect === "Allow" && (negated || values.some((value) => isAbout(value, service)));
}

/** A pattern without a colon is "*", or a name whose service was forgotten. */
function isAbout(value: string, service: string): boolean {
  const colon = value.indexOf(":");
  if (colon < 0) {
    return true;
  }
  const prefix = value.slice(0, colon);
  return prefix === service || prefix.toLowerCase() === service || /[*?]/.test(prefix);
}
