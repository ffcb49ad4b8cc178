import type { PolicySource } from "../request.ts";
import type { Effect } from "./policy-layers.ts";

/** The outcome of an evaluation with the layer that decided it. Shared: nothing is allocated. */
export interface Verdict {
  effect: Effect;
  /** Undefined for what no policy decided: the root user's own rights, and a failed evaluation. */
  layer: PolicySource["kind"] | undefined;
}

type VerdictOfLayer = Readonly<Record<PolicySource["kind"], Verdict>>;

function verdictsOf(effect: Effect): VerdictOfLayer {
  const of = (layer: PolicySource["kind"]): Verdict => Object.freeze({ effect, layer });
  return {
    identity: of("identity"),
    boundary: of("boundary"),
    session: of("session"),
    resource: of("resource"),
    trust: of("trust"),
    key: of("key"),
    scp: of("scp"),
    rcp: of("rcp"),
    endpoint: of("endpoint"),
  };
}

export const ALLOW = verdictsOf("allow");
export const EXPLICIT_DENY = verdictsOf("explicitDeny");
export const IMPLICIT_DENY = verdictsOf("implicitDeny");

/** The root user in its own account needs no policy. */
export const ALLOW_ROOT: Verdict = Object.freeze({ effect: "allow", layer: undefined });

/** AWS denies when an evaluation fails. */
export const FAILED: Verdict = Object.freeze({ effect: "implicitDeny", layer: undefined });
