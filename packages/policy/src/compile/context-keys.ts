import type { PolicyStatement } from "../document/policy-document.ts";
import { readPolicyDocument } from "../document/read-policy-document.ts";
import { tokenizePattern } from "./pattern-tokens.ts";

/**
 * The context keys that a policy looks at, in conditions and as variables, lower-cased and sorted:
 * GetContextKeysForCustomPolicy. Throws PolicyCompileError.
 */
export function contextKeysOf(text: string): readonly string[] {
  const document = readPolicyDocument(text);
  const variables = document.version === "2012-10-17";
  return [
    ...new Set(document.statements.flatMap((statement) => keysOf(statement, variables))),
  ].sort();
}

function keysOf(statement: PolicyStatement, variables: boolean): readonly string[] {
  const patterns = [
    ...(statement.resource?.values ?? []),
    ...statement.conditions.flatMap((entry) => entry.values),
  ];
  return [
    ...statement.conditions.map((entry) => entry.key.toLowerCase()),
    ...patterns.flatMap((pattern) =>
      tokenizePattern(pattern, { variables, wildcards: true }).flatMap((token) =>
        token.kind === "variable" ? [token.key] : [],
      ),
    ),
  ];
}
