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

/** A statement that denies, or that nearly allows. */
export interface ObstacleStatement {
  readonly uri: string;
  readonly sid: string;
  /** The conditions that hold of one that denies, the missing parts of one that nearly allows. */
  readonly parts: readonly { readonly part: string; readonly text: string }[];
  /** The whole as a sentence. */
  readonly sentence: string;
}

/** One of the reasons for a denial: the request is allowed once all of them are gone. */
export interface DecisionObstacle {
  /** The type of the policies that deny, or of which none allows. */
  readonly type: string;
  readonly effect: "DENY" | "NO_ALLOW";
  /** The nearest first. */
  readonly statements: readonly ObstacleStatement[];
  /** Said of the whole, where there are no statements to name. */
  readonly sentence?: string | undefined;
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
  /** Left out of an allowed request, and by versions that didn't know obstacles. */
  readonly obstacles?: readonly DecisionObstacle[] | undefined;
}

/** Keeps denials for a day, and publishes every decision to listeners. */
export interface DecisionLog {
  /** Whether to note the account's allowed requests too, since a listener watches. */
  isWatched(accountId: string): boolean;
  newId(): string;
  note(decision: DecisionRecord): void;
}
