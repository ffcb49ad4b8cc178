/** A policy that had a say in a decision. */
export interface DecidingPolicy {
  /** The ARN of a managed policy, an opaque name for any other. */
  readonly uri: string;
  readonly type: string;
  readonly inline: boolean;
  readonly attachedTo: { readonly arn: string } | undefined;
  readonly document: string;
}

export interface MatchedPolicy {
  readonly uri: string;
  readonly matchedStatements: readonly {
    readonly sid: string;
    readonly evaluatedEffect: "ALLOW" | "DENY";
  }[];
}

/** One decision with its reasons. */
export interface DecisionRecord {
  readonly authorizationId: string;
  readonly atMs: number;
  /** The caller's account. */
  readonly accountId: string;
  readonly region: string;
  readonly service: string;
  readonly operation: string;
  readonly requestId: string;
  readonly principalArn: string;
  readonly action: string;
  readonly resource: string;
  readonly evaluatedEffect: "ALLOW" | "EXPLICIT_DENY" | "IMPLICIT_DENY";
  readonly reason: string;
  readonly context: Readonly<Record<string, readonly string[]>>;
  readonly matchedPolicies: readonly MatchedPolicy[];
  readonly policies: readonly DecidingPolicy[];
}

/** Keeps denials for a day, and publishes every decision to listeners. */
export interface DecisionLog {
  /** Whether to note the account's allowed requests too, since a listener watches. */
  isWatched(accountId: string): boolean;
  newId(): string;
  note(decision: DecisionRecord): void;
}
