import type { DecisionLayer } from "../../wire/authorization-details.ts";

/** A station of the picture: one kind of policies, and what it said. */
export interface LayerStation {
  readonly title: string;
  /** Undefined: no policy of the kind took part. */
  readonly effect: DecisionLayer["effect"] | undefined;
  readonly decides: boolean;
}

/**
 * The kinds of policies in the picture's order. Resource-based policies and roles' trust policies
 * are the same station. Source: IAM User Guide, "Policy evaluation logic".
 */
const STATIONS: readonly (readonly [title: string, types: readonly string[]])[] = [
  ["Service control policies", ["SERVICE_CONTROL_POLICY"]],
  ["Resource control policies", ["RESOURCE_CONTROL_POLICY"]],
  ["Permissions boundary", ["PERMISSIONS_BOUNDARY"]],
  ["Session policy", ["SESSION_POLICY"]],
  ["Identity-based policies", ["IDENTITY_BASED_POLICY"]],
  ["Resource-based policy", ["RESOURCE_BASED_POLICY", "ROLE_TRUST_POLICY"]],
];

/** Every station, in order, whether or not it took part. */
export function stationsOf(layers: readonly DecisionLayer[]): readonly LayerStation[] {
  return STATIONS.map(([title, types]) => {
    const layer = layers.find(({ type }) => types.includes(type));
    return { title, effect: layer?.effect, decides: layer?.decides === true };
  });
}
