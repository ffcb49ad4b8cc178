import type { DecisionLayer, Obstacle } from "../../wire/authorization-details.ts";

/** A decision of the feed `/_rolecast/decisions`, as far as the page shows it. */
export interface Decision {
  readonly id: string;
  readonly at: Date;
  /** The caller's account. */
  readonly principalArn: string;
  readonly action: string;
  readonly resource: string;
  readonly effect: "ALLOW" | "EXPLICIT_DENY" | "IMPLICIT_DENY";
  /** A page of the console asked. */
  readonly isConsole: boolean;
  /** AWS's phrase: which layer allowed, denied, or didn't allow. */
  readonly reason: string;
  /** The policies in which something matched. */
  readonly matched: readonly MatchedPolicy[];
  /** The reasons for a denial; empty if it is allowed. */
  readonly obstacles: readonly Obstacle[];
  /** The answer of each type of policies that took part. */
  readonly layers: readonly DecisionLayer[];
}

export interface MatchedPolicy {
  /** A managed policy's ARN; `inline/<layer>/<owner> <name>` of any other. */
  readonly uri: string;
  /** `OnlyOverTls: DENY`. */
  readonly statements: readonly string[];
}

/** Undefined for what isn't a decision. */
export function parseDecision(value: unknown): Decision | undefined {
  const record = asRecord(value);
  const { authorizationId, evaluatedEffect } = record;
  if (typeof authorizationId !== "string") return undefined;
  return {
    id: authorizationId,
    at: new Date(Number(record.atMs)),
    principalArn: String(record.principalArn),
    action: String(record.action),
    resource: String(record.resource),
    effect:
      evaluatedEffect === "ALLOW" || evaluatedEffect === "EXPLICIT_DENY"
        ? evaluatedEffect
        : "IMPLICIT_DENY",
    isConsole: record.client === "console",
    reason: String(record.reason ?? ""),
    matched: asList(record.matchedPolicies).map((entry) => {
      const { uri, matchedStatements } = asRecord(entry);
      return { uri: String(uri), statements: asList(matchedStatements).map(statementText) };
    }),
    obstacles: asList(record.obstacles).map((entry) => entry as Obstacle),
    layers: asList(record.layers).map((entry) => entry as DecisionLayer),
  };
}

/** `user/ann` of an ARN; the details have all of it. */
export function callerName(arn: string): string {
  const name = arn.split(":").slice(5).join(":");
  return name === "" ? arn : name;
}

function statementText(statement: unknown): string {
  const { sid, evaluatedEffect } = asRecord(statement);
  return `${String(sid)}: ${String(evaluatedEffect)}`;
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
