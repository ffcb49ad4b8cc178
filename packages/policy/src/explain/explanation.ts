import type { Effect } from "../decide/policy-layers.ts";
import type { PositionRange } from "../document/position.ts";
import type { PolicySource } from "../request.ts";

/** A decision with its reason. */
export interface Explanation {
  effect: Effect;
  /** The layer that decided; undefined for root's own rights and for a failed evaluation. */
  layer: PolicySource["kind"] | undefined;
  /** The statement that allowed or denied; an implicit deny has none. */
  statement?: ExplainedStatement;
  /**
   * AWS's phrase for a denial ("because no identity-based policy allows the s3:PutObject action"),
   * with the ARN of the managed policy that caused an explicit deny of the same account.
   */
  reason: string;
  /** Every statement that applies to the request, in the layers' order. */
  matched: readonly MatchedStatement[];
  /** The answer of each layer that takes part, in order. */
  layers: readonly LayerOutcome[];
}

export interface ExplainedStatement {
  policy: PolicySource;
  sid?: string;
  /** From 0. */
  index: number;
  position: PositionRange;
}

export interface MatchedStatement extends ExplainedStatement {
  layer: PolicySource["kind"];
  effect: "Allow" | "Deny";
}

export interface LayerOutcome {
  layer: PolicySource["kind"];
  effect: Effect;
}
