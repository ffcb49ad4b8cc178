import { PolicyCompileError } from "../document/policy-compile-error.ts";
import type { PolicyDocument, PolicyStatement } from "../document/policy-document.ts";
import { readPolicyDocument } from "../document/read-policy-document.ts";
import type { PolicySource, RequestContextValues } from "../request.ts";
import { ActionMatcher } from "./action-matcher.ts";
import { readConditionOperator } from "./condition-operator.ts";
import { type ConditionTest, compileCondition } from "./condition-test.ts";
import { compilePrincipal, type PrincipalMatcher } from "./principal-matcher.ts";
import { compileResource, type ResourceMatcher, resourceMatches } from "./resource-matcher.ts";

/** A policy as matchers. Immutable: share it between all entities that have the policy. */
export interface CompiledPolicy {
  source: PolicySource;
  /** The document as it was written; statement offsets point into it. */
  text: string;
  version: PolicyDocument["version"];
  statements: readonly CompiledStatement[];
}

/**
 * A statement as matchers. Patterns of resources and condition values are compiled when a request
 * first reaches them: of the policies of an account, most statements are never asked.
 */
export class CompiledStatement {
  readonly policy: CompiledPolicy;
  readonly index: number;
  readonly sid: string | undefined;
  readonly effect: "Allow" | "Deny";
  readonly action: ActionMatcher;
  /** Undefined in policies that are attached to an identity. */
  readonly principal: PrincipalMatcher | undefined;
  readonly start: number;
  readonly end: number;
  /** The statement as it was written; its conditions are in the same order. */
  readonly written: PolicyStatement;
  #resource: ResourceMatcher | undefined;
  #conditions: readonly ConditionTest[] | undefined;

  constructor(statement: PolicyStatement, policy: CompiledPolicy) {
    this.policy = policy;
    this.index = statement.index;
    this.sid = statement.sid;
    this.effect = statement.effect;
    this.action = new ActionMatcher(statement.action);
    this.principal = statement.principal && compilePrincipal(statement.principal);
    this.start = statement.start;
    this.end = statement.end;
    this.written = statement;
  }

  get resource(): ResourceMatcher {
    this.#resource ??= compileResource(
      this.written.resource,
      this.effect,
      hasVariables(this.policy),
    );
    return this.#resource;
  }

  get conditions(): readonly ConditionTest[] {
    this.#conditions ??= this.written.conditions.map((entry) =>
      compileCondition(entry, this.effect, hasVariables(this.policy)),
    );
    return this.#conditions;
  }
}

function hasVariables({ version }: CompiledPolicy): boolean {
  return version === "2012-10-17";
}

const KINDS_WITH_PRINCIPAL: ReadonlySet<PolicySource["kind"]> = new Set([
  "resource",
  "trust",
  "key",
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
  if (KINDS_WITH_PRINCIPAL.has(kind) !== (statement.principal !== undefined)) {
    const message = `A statement of a ${kind} policy ${statement.principal ? "can't have" : "needs"}`;
    throw new PolicyCompileError(`${message} a principal`, statement.start);
  }
  if (statement.resource === undefined && kind !== "trust") {
    throw new PolicyCompileError("A statement needs a resource", statement.start);
  }
  for (const { operator } of statement.conditions) {
    if (readConditionOperator(operator) === undefined) {
      throw new PolicyCompileError(`No such operator: ${operator}`, statement.start);
    }
  }
  return new CompiledStatement(statement, policy);
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
