import type { PolicySource } from "../request.ts";
import type { ExplainedStatement } from "./explanation.ts";
import type { ProposedStatement } from "./proposal.ts";

/** One reason why a request isn't allowed. It is allowed once every obstacle is gone. */
export type Obstacle = DenyObstacle | MissingAllow;

/** A statement that denies the request. */
export interface DenyObstacle {
  kind: "deny";
  layer: PolicySource["kind"];
  statement: ExplainedStatement;
  /** Its conditions, all of which hold; empty if it denies without any. */
  held: readonly ComparedCondition[];
  /** The NotAction, NotResource and NotPrincipal that it has, none of which lists the request's. */
  unlisted: readonly UnlistedElement[];
}

/** An element that denies whatever it doesn't list. */
export interface UnlistedElement {
  element: "NotAction" | "NotResource" | "NotPrincipal";
  actual: string;
}

/** A layer, or one level of an organization, in which no statement allows the request. */
export interface MissingAllow {
  kind: "noAllow";
  layer: PolicySource["kind"];
  /**
   * The statements that nearly allow it, the nearest first; mending one removes the obstacle. Empty
   * beside a Deny: with it nothing nearly allows a request.
   */
  nearMisses: readonly NearMiss[];
  /** The layer's policies, none of which allows the request. */
  policies: readonly PolicySource[];
  /** Given if, and only if, no statement comes near and none denies. */
  proposal?: ProposedStatement;
}

/** A statement for the same action, or one misspelt, that lacks little to allow the request. */
export interface NearMiss {
  layer: PolicySource["kind"];
  statement: ExplainedStatement;
  /** One or two. */
  missed: readonly MissedPart[];
}

export type MissedPart = MissedAction | MissedResource | MissedPrincipal | MissedCondition;

export interface MissedAction {
  part: "action";
  /** So few letters differ, or the service alone is missing, that the request's may be meant. */
  written: string;
  actual: string;
}

export interface MissedResource {
  part: "resource";
  /** The pattern that comes nearest; of a NotResource, the one that excludes the resource. */
  written: string;
  negated: boolean;
  actual: string;
  /** The parts of the ARN in which both differ. */
  differsIn: readonly ArnPart[];
  /** Variables of the pattern for which the request has no value. */
  unresolved: readonly string[];
}

export type ArnPart = "prefix" | "partition" | "service" | "region" | "account" | "resource";

export interface MissedPrincipal {
  part: "principal";
  /** As in the policy: "AWS:arn:aws:iam::111122223333:root". */
  written: readonly string[];
  negated: boolean;
  /** An ARN, a service, a provider or "anonymous". */
  actual: string;
  /** Names the caller's account, which leaves the decision to the caller's own policies. */
  delegates: boolean;
}

export interface MissedCondition extends ComparedCondition {
  part: "condition";
}

/** A condition beside the request's value. */
export interface ComparedCondition {
  operator: string;
  key: string;
  written: readonly string[];
  /** Undefined if the request has no value for the key. */
  actual: readonly string[] | undefined;
  /** The key has one value, to which operators without a set apply. */
  single: boolean;
}
