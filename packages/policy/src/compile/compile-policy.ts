import { PolicyCompileError } from "../document/policy-compile-error.ts";
import type { PolicyDocument, PolicyStatement } from "../document/policy-document.ts";
import { readPolicyDocument } from "../document/read-policy-document.ts";
import type { PolicySource, RequestContextValues } from "../request.ts";
import { ActionMatcher } from "./action-matcher.ts";
import { type ConditionTest, compileCondition } from "./condition-test.ts";
import { compilePrincipal, type PrincipalMatcher } from "./principal-matcher.ts";
import { compileResource, type ResourceMatcher, resourceMatches } from "./resource-matcher.ts";

/** A policy as matchers. Immutable: share it between all entities that have the policy. */
export interface CompiledPolicy {
  source: PolicySource;
  /** As it was written; statement offsets point into it. */
  text: string;
  version: PolicyDocument["version"];
  statements: readonly CompiledStatement[];
}

export interface CompiledStatement {
  policy: CompiledPolicy;
  index: number;
  sid: string | undefined;
  effect: "Allow" | "Deny";
  action: ActionMatcher;
  resource: ResourceMatcher;
  /** Undefined in policies that are attached to an identity. */
  principal: PrincipalMatcher | undefined;
  conditions: readonly ConditionTest[];
  start: number;
  end: number;
}

const KINDS_WITH_PRINCIPAL: ReadonlySet<PolicySource["kind"]> = new Set([
  "resource",
  "trust",
  "rcp",
  "endpoint",
]);

/** Compiles a policy's text. Throws PolicyCompileError on what no validator could let through. */
export function compilePolicy(text: string, source: PolicySource): CompiledPolicy {
  const document = readPolicyDocument(text);
  const statements: CompiledStatement[] = [];
  const policy: CompiledPolicy = { source, text, version: document.version, statements };
  for (const statement of document.statements) {
    statements.push(compileStatement(statement, policy));
  }
  return policy;
}

function compileStatement(statement: PolicyStatement, policy: CompiledPolicy): CompiledStatement {
  const { kind } = policy.source;
  const variables = policy.version === "2012-10-17";
  if (KINDS_WITH_PRINCIPAL.has(kind) !== (statement.principal !== undefined)) {
    const message = `A statement of a ${kind} policy ${statement.principal ? "can't have" : "needs"}`;
    throw new PolicyCompileError(`${message} a principal`, statement.start);
  }
  if (statement.resource === undefined && kind !== "trust") {
    throw new PolicyCompileError("A statement needs a resource", statement.start);
  }
  return {
    policy,
    index: statement.index,
    sid: statement.sid,
    effect: statement.effect,
    action: new ActionMatcher(statement.action),
    resource: compileResource(statement.resource, statement.effect, variables),
    principal: statement.principal && compilePrincipal(statement.principal),
    conditions: statement.conditions.map((entry) => {
      const test = compileCondition(entry, variables);
      if (test === undefined) {
        throw new PolicyCompileError(`No such operator: ${entry.operator}`, statement.start);
      }
      return test;
    }),
    start: statement.start,
    end: statement.end,
  };
}

/** Whether a statement whose action fits also fits the resource and the circumstances. */
export function statementApplies(
  statement: CompiledStatement,
  resource: string,
  context: RequestContextValues,
): boolean {
  if (!resourceMatches(statement.resource, resource, context)) {
    return false;
  }
  for (const condition of statement.conditions) {
    if (!condition.holds(context)) {
      return false;
    }
  }
  return true;
}
