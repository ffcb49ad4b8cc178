import type { PolicySource, Principal } from "@rolecast/policy";

/** A policy that had a say in a decision. */
export interface DecidingPolicy {
  /** The ARN of a managed policy, an opaque name for any other. */
  readonly uri: string;
  readonly type: string;
  readonly inline: boolean;
  readonly attachedTo: { readonly arn: string } | undefined;
  readonly document: string;
  /** The rest is kept for deciding again, and never shown; older versions didn't. */
  readonly source?: PolicySource | undefined;
  /** The level of an organization that the policy belongs to, from the root. */
  readonly level?: number | undefined;
  /** Another account's: its caller may not read it. */
  readonly isOthers?: boolean | undefined;
}

/** A request as it was decided, beside the members of its record. Never shown. */
export interface DecidedRequest {
  readonly principal: Principal;
  readonly resourceAccountId: string | undefined;
  readonly resourceKind: "trust" | "key" | "resource" | undefined;
  /** The condition keys that have a list of values, whatever its length. */
  readonly multivalued: readonly string[];
  /** The numbers of levels, some of which may have no policy. */
  readonly scpLevels: number;
  readonly rcpLevels: number;
}

/** The answer of one type of policies that took part; all levels of an organization's are one. */
export interface DecisionLayer {
  readonly type: string;
  readonly effect: DecisionRecord["evaluatedEffect"];
  /** The decision's reason names it. */
  readonly decides: boolean;
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
  /** From 0. */
  readonly index: number;
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
  /** A statement that would allow the request in this layer; only if none comes near or denies. */
  readonly proposal?: ProposedPolicy | undefined;
}

export interface ProposedPolicy {
  /** A policy of the one statement, as JSON. */
  readonly document: string;
  /** The text to paste: its statement, or all of it if there is no policy to add it to. */
  readonly text: string;
  /** Says what it allows and where it belongs. */
  readonly sentence: string;
}

/** A policy in the place of one that had a say, or one more of a type. */
export interface PolicyChange {
  readonly policyUri?: string | undefined;
  readonly type?: string | undefined;
  readonly document: string;
}

/** A decision on the same request, with one policy changed. Nothing is saved. */
export interface TriedDecision {
  readonly evaluatedEffect: DecisionRecord["evaluatedEffect"];
  readonly reason: string;
  readonly obstacles: readonly DecisionObstacle[];
  /** Conditions of Allows that the change leaves out: "StringLike s3:prefix". */
  readonly droppedConditions: readonly string[];
  /** The request if it is allowed, and an example of others: "s3:GetObject on arn:…". */
  readonly newlyAllowed: readonly string[];
  /** It is proven that the change allows no other request newly. */
  readonly nothingElse: boolean;
}

/**
 * Decides again. Throws ResourceNotFoundException for a policy that had no part in it, and
 * ValidationException for one that can't be read.
 */
export type DecideAgain = (decision: DecisionRecord, change: PolicyChange) => TriedDecision;

/** One decision with its reasons. */
export interface DecisionRecord {
  readonly authorizationId: string;
  readonly atMs: number;
  /** The account that may read it: the caller's, else the resource's. */
  readonly accountId: string;
  /** The caller has no account: it is anonymous, an identity provider's or a service. */
  readonly isOutsider?: boolean | undefined;
  readonly region: string;
  readonly service: string;
  readonly operation: string;
  readonly requestId: string;
  /** The console asked for one of its pages; left out for all others. */
  readonly client?: "console" | undefined;
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
  /** Left out by versions that couldn't decide again. */
  readonly request?: DecidedRequest | undefined;
  /** In AWS's order of evaluation; older versions didn't keep them. */
  readonly layers?: readonly DecisionLayer[] | undefined;
}

/** Keeps denials for a day, and publishes every decision to listeners. */
export interface DecisionLog {
  /** Whether to note the account's allowed requests too, since a listener watches. */
  isWatched(accountId: string): boolean;
  newId(): string;
  note(decision: DecisionRecord): void;
}
