import type { CompiledStatement } from "../compile/compile-policy.ts";
import { allowedBy, NAMED, type Named } from "../compile/principal-matcher.ts";
import { boundaryOf, identityOf, rcpLevelsOf, scpLevelsOf } from "../decide/applicable-layers.ts";
import { allowsAnything } from "../decide/level-stack.ts";
import type { PolicyLayers } from "../decide/policy-layers.ts";
import type { PolicySet } from "../decide/policy-set.ts";
import { accountOf, type Principal } from "../principal.ts";

/** The Allows of one layer, of which one must apply. */
export type Choice = readonly CompiledStatement[];

/** Ways in which a principal may be allowed an action: all choices of one of them. */
export type AccessPath = readonly Choice[];

/**
 * The ways in which the layers may allow a principal an action, as `decide/evaluate.ts` has them:
 * by a policy of the resource that names it, or by its own policies, and always by every level of
 * the organization. Conditions and resources aren't looked at yet.
 */
export function accessPaths(
  principal: Principal,
  action: string,
  layers: PolicyLayers,
  resourceAccountId: string,
): readonly AccessPath[] {
  const allows = (set: PolicySet | undefined) =>
    (set?.candidates(action).allow ?? []).filter((one) => strengthOf(one, principal) > NAMED.not);
  const levels = [...rcpLevelsOf(principal, layers), ...scpLevelsOf(principal, layers)].map(allows);
  const boundarySet = boundaryOf(principal, layers);
  const boundary = boundarySet === undefined ? [] : [allows(boundarySet)];
  const identity = allows(identityOf(principal, layers));
  const resource = allows(layers.resource);
  const named = (least: Named) => resource.filter((one) => strengthOf(one, principal) >= least);
  const isCrossAccount = resourceAccountId !== accountOf(principal);
  const mustNameAccount = isCrossAccount || (layers.resourceKind ?? "resource") !== "resource";
  const own = [...(mustNameAccount ? [resource] : []), identity, ...boundary];
  const paths = isCrossAccount
    ? [own]
    : [[named(NAMED.directly)], [named(NAMED.behindSession), ...boundary], own];
  return paths
    .map((path) => [...levels, ...path].map(simplest))
    .filter((path) => path.every((choice) => choice.length > 0));
}

function strengthOf({ principal: matcher }: CompiledStatement, principal: Principal): Named {
  return matcher === undefined ? NAMED.directly : allowedBy(matcher, principal);
}

/** A statement that allows anything makes the others superfluous. */
function simplest(choice: Choice): Choice {
  const anything = choice.find(allowsAnything);
  return anything ? [anything] : choice;
}

/** More combinations of a path's statements than this aren't looked at. */
const COMBINATIONS_MAX = 300;

/**
 * One statement of each choice of a path, those with fewer conditions first. Undefined: there are
 * too many.
 */
export function combinationsOf(path: AccessPath): readonly Choice[] | undefined {
  let combinations: readonly Choice[] = [[]];
  for (const choice of path) {
    if (combinations.length * choice.length > COMBINATIONS_MAX) {
      return undefined;
    }
    combinations = combinations.flatMap((one) => choice.map((statement) => [...one, statement]));
  }
  const cost = (statements: Choice) =>
    statements.reduce((sum, { conditions }) => sum + conditions.length, 0);
  return combinations.toSorted((one, other) => cost(one) - cost(other));
}
