/** A decision as the server tells it on `/_rolecast/decisions`, as far as the page shows it. */
export interface Decision {
  readonly id: string;
  readonly at: Date;
  /** The caller's account. */
  readonly accountId: string;
  readonly principalArn: string;
  readonly action: string;
  readonly resource: string;
  readonly effect: "ALLOW" | "EXPLICIT_DENY" | "IMPLICIT_DENY";
  /** AWS's phrase for a denial. */
  readonly reason: string;
  readonly context: readonly (readonly [key: string, values: string])[];
  readonly policies: readonly DecidingPolicy[];
}

export interface DecidingPolicy {
  readonly uri: string;
  /** `IDENTITY_BASED_POLICY`: the layer. */
  readonly type: string;
  readonly attachedTo: string | undefined;
  readonly document: string;
  /** What matched in it: `Sid1: ALLOW`. */
  readonly matched: readonly string[];
}

/** Undefined for what isn't a decision. */
export function parseDecision(value: unknown): Decision | undefined {
  const record = asRecord(value);
  const { authorizationId, evaluatedEffect } = record;
  if (typeof authorizationId !== "string") return undefined;
  const matched = new Map(
    asList(record.matchedPolicies).map((entry) => {
      const { uri, matchedStatements } = asRecord(entry);
      return [String(uri), asList(matchedStatements).map(statementText)];
    }),
  );
  return {
    id: authorizationId,
    at: new Date(Number(record.atMs)),
    accountId: String(record.accountId),
    principalArn: String(record.principalArn),
    action: String(record.action),
    resource: String(record.resource),
    effect:
      evaluatedEffect === "ALLOW" || evaluatedEffect === "EXPLICIT_DENY"
        ? evaluatedEffect
        : "IMPLICIT_DENY",
    reason: String(record.reason ?? ""),
    context: Object.entries(asRecord(record.context)).map(([key, values]) => [
      key,
      asList(values).join(", "),
    ]),
    policies: asList(record.policies).map((entry) => policyOf(asRecord(entry), matched)),
  };
}

function policyOf(
  policy: Readonly<Record<string, unknown>>,
  matched: ReadonlyMap<string, readonly string[]>,
): DecidingPolicy {
  const uri = String(policy.uri);
  const { arn } = asRecord(policy.attachedTo);
  return {
    uri,
    type: String(policy.type),
    attachedTo: typeof arn === "string" ? arn : undefined,
    document: String(policy.document ?? ""),
    matched: matched.get(uri) ?? [],
  };
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
