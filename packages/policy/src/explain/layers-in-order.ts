import {
  boundaryOf,
  identityOf,
  rcpLevelsOf,
  scpLevelsOf,
  sessionOf,
} from "../decide/applicable-layers.ts";
import type { PolicyLayers } from "../decide/policy-layers.ts";
import type { PolicySet } from "../decide/policy-set.ts";
import type { DecisionRequest, PolicySource } from "../request.ts";

type Layer = PolicySource["kind"];

/** Every set that has a say, in the order in which AWS names the layer of a denial. */
export function setsInOrder(
  { principal }: DecisionRequest,
  layers: PolicyLayers,
): readonly { layer: Layer; set: PolicySet }[] {
  const named = (layer: Layer, sets: readonly (PolicySet | undefined)[]) =>
    sets.flatMap((set) => (set === undefined ? [] : [{ layer, set }]));
  return [
    ...named("rcp", rcpLevelsOf(principal, layers)),
    ...named("scp", scpLevelsOf(principal, layers)),
    ...named(layers.resourceKind ?? "resource", [layers.resource]),
    ...named("identity", [identityOf(principal, layers)]),
    ...named("boundary", [boundaryOf(principal, layers)]),
    ...named("session", [sessionOf(principal, layers)]),
    ...named("endpoint", [layers.endpoint]),
  ];
}
