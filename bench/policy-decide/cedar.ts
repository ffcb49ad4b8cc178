import { createRequire } from "node:module";
import type * as Cedar from "@cedar-policy/cedar-wasm/nodejs";
import type { DecisionRequest } from "../../packages/policy/src/index.ts";

const cedar: typeof Cedar = createRequire(import.meta.url)("@cedar-policy/cedar-wasm/nodejs");
const POLICY_SET = "bench";

interface Statement {
  readonly Effect: string;
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly NotResource?: string | readonly string[];
}

/**
 * The same statements as Cedar's policies, action and resource as texts that `like` compares.
 * Conditions and variables are left out, and "?" reads as "*": Cedar has no such patterns, so its
 * work is less than ours.
 */
export function prepareCedar(texts: readonly string[]): number {
  const policies = texts.flatMap((text) => {
    const { Statement } = JSON.parse(text) as { Statement: Statement | readonly Statement[] };
    return [Statement].flat().map((statement) => toCedar(statement as Statement));
  });
  const answer = cedar.preparsePolicySet(POLICY_SET, { staticPolicies: policies.join("\n") });
  if (answer.type !== "success") throw new Error(JSON.stringify(answer));
  return policies.length;
}

/** Whether Cedar allows it. */
export function decideByCedar({ action, resource }: DecisionRequest): boolean {
  const answer = cedar.statefulIsAuthorized({
    principal: { type: "User", id: "u" },
    action: { type: "Action", id: "call" },
    resource: { type: "Resource", id: "r" },
    context: { action: action.toLowerCase(), resource },
    preparsedPolicySetId: POLICY_SET,
    validateRequest: false,
    entities: [],
  });
  if (answer.type !== "success") throw new Error(JSON.stringify(answer));
  return answer.response.decision === "allow";
}

function toCedar({ Effect, Action, NotAction, Resource, NotResource }: Statement): string {
  const actions = anyOf(
    "action",
    [Action ?? NotAction ?? "*"].flat().map((a) => a.toLowerCase()),
  );
  const resources = anyOf("resource", [Resource ?? NotResource ?? "*"].flat());
  const holds = [
    NotAction ? `!(${actions})` : actions,
    NotResource ? `!(${resources})` : resources,
  ];
  const effect = Effect === "Allow" ? "permit" : "forbid";
  return `${effect}(principal, action, resource) when { ${holds.map((h) => `(${h})`).join(" && ")} };`;
}

function anyOf(attribute: string, patterns: readonly string[]): string {
  return balanced(
    patterns.map(
      (pattern) => `context.${attribute} like ${JSON.stringify(pattern.replaceAll("?", "*"))}`,
    ),
  );
}

/** Hundreds of alternatives in a row would be too deep for Cedar's stack. */
function balanced(alternatives: readonly string[]): string {
  const [only = "false"] = alternatives;
  if (alternatives.length <= 1) return only;
  const middle = alternatives.length >> 1;
  return `(${balanced(alternatives.slice(0, middle))} || ${balanced(alternatives.slice(middle))})`;
}
