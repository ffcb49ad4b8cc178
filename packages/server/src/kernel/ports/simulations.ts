/** A denial in a simulation: one action on one resource. */
export interface SimulatedDenial {
  readonly resource: string;
  /** The statements that deny it or nearly allow it, the most useful first. */
  readonly sentences: readonly string[];
  /** Statements that would allow it, for layers in which none comes near; as JSON. */
  readonly proposals: readonly { readonly statement: string; readonly sentence: string }[];
}

/**
 * The key of a function that explains a result of a simulation. IAM's answers have no member for
 * it: it costs nothing unless it is called, and never reaches the wire.
 */
export const EXPLAIN = Symbol("explain");

export interface ExplainableResult {
  readonly [EXPLAIN]: () => readonly SimulatedDenial[];
}
