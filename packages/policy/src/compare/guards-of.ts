import { actionTokens } from "../compile/action-matcher.ts";
import type { CompiledPolicy, CompiledStatement } from "../compile/compile-policy.ts";
import type { OperatorFamily } from "../compile/condition-operator.ts";
import { compileCondition } from "../compile/condition-test.ts";
import { isBase64 } from "../compile/is-base64.ts";
import { type PatternToken, tokenizePattern } from "../compile/pattern-tokens.ts";
import type { ConditionEntry } from "../document/policy-document.ts";
import { ACTION, type Guard, type KeyGuard, RESOURCE, type TextGuard } from "./guard.ts";
import { PatternList } from "./pattern-list.ts";
import {
  AS_IT_IS,
  type AutomatonOf,
  arnAutomaton,
  caselessAutomaton,
  conditionArnAutomaton,
  isSettledNoArn,
  stringAutomaton,
} from "./patterns-of.ts";
import { isVariable, settleBy, type Variables } from "./variables.ts";

type Tokens = readonly PatternToken[];

/** The guards of a statement; undefined for one that applies to nothing. */
export function guardsOf(
  statement: CompiledStatement,
  variables: Variables,
): readonly Guard[] | undefined {
  const resource = resourceGuard(statement, variables);
  if (resource === "never") {
    return undefined;
  }
  const conditions = statement.written.conditions.map((entry) =>
    keyGuard(statement, entry, variables),
  );
  return [actionGuard(statement), ...(resource === "always" ? [] : [resource]), ...conditions];
}

function actionGuard({ written }: CompiledStatement): TextGuard {
  const { values, negated } = written.action;
  const patterns = values.map(actionTokens).filter((tokens) => tokens !== undefined);
  const texts = values.map((value) => value.toLowerCase());
  return {
    kind: "text",
    coordinate: ACTION,
    id: idOf([ACTION, negated], texts),
    patterns: new PatternList(patterns, stringAutomaton, { most: AS_IT_IS, least: AS_IT_IS }),
    negated,
    mayFail: false,
  };
}

function resourceGuard(
  statement: CompiledStatement,
  variables: Variables,
): TextGuard | "always" | "never" {
  const element = statement.written.resource;
  if (element === undefined || statement.resource.everything) {
    return "always";
  }
  const { values, negated } = element;
  const { neededKeys } = statement.resource;
  const lacks = (key: string) => typeof variables.values.get(key) !== "string";
  if (variables.others === "absent" && neededKeys.some(lacks)) {
    return "never";
  }
  const tokens = values.map((value) => tokensOf(value, statement.policy, true));
  return {
    kind: "text",
    coordinate: RESOURCE,
    id: idOf([RESOURCE, negated, neededKeys.length > 0, statement.policy.version], values),
    patterns: new PatternList(tokens, arnAutomaton, settleBy(variables)),
    negated,
    mayFail: neededKeys.length > 0,
  };
}

function keyGuard(
  { policy, effect }: CompiledStatement,
  entry: ConditionEntry,
  variables: Variables,
): KeyGuard {
  const test = compileCondition(entry, effect, policy.version === "2012-10-17");
  const { operator, key } = test;
  const values = entry.values.map((value) =>
    tokensOf(value, policy, operator.family === "stringLike" || operator.family === "arnLike"),
  );
  const comparable = operator.family === "arnLike" ? valuesBeforeNoArn(values, variables) : values;
  const broken = comparable.length < values.length ? effect === "Deny" : undefined;
  return {
    kind: "key",
    coordinate: key,
    id: idOf([key, operator, policy.version, broken], entry.values),
    operator,
    values: entry.values,
    patterns: keyPatterns(operator.family, comparable, variables),
    brokenHolds: broken,
    unsettled:
      variables.others === "any text" &&
      operator.family === "bool" &&
      values.flat().some(isVariable),
    holdsFor: (value) =>
      test.holds({ get: (name) => (name === key ? value : variables.values.get(name)) }),
  };
}

/**
 * The evaluator reads an ARN operator's values in turn, and stops at the first that is no ARN
 * (`compile/value-test.ts`).
 */
function valuesBeforeNoArn(values: readonly Tokens[], variables: Variables): readonly Tokens[] {
  const { least } = settleBy(variables);
  const end = values.findIndex((tokens) => isSettledNoArn(tokens, least));
  return end === -1 ? values : values.slice(0, end);
}

/** The policy's values as automata. Families of few values are compared point by point instead. */
function keyPatterns(
  family: OperatorFamily,
  values: readonly Tokens[],
  variables: Variables,
): PatternList {
  const list = (automatonOf: AutomatonOf, of = values) =>
    new PatternList(of, automatonOf, settleBy(variables));
  switch (family) {
    case "stringEquals":
    case "stringLike":
      return list(stringAutomaton);
    case "stringEqualsIgnoreCase":
      return list(caselessAutomaton);
    case "arnLike":
      return list(conditionArnAutomaton);
    case "binaryEquals":
      return list(
        stringAutomaton,
        values.filter((tokens) => isBase64(textOf(tokens))),
      );
    case "bool":
    case "ipAddress":
    case "numeric":
    case "date":
    case "null":
      return list(stringAutomaton, []);
    default:
      return family satisfies never;
  }
}

function textOf(tokens: Tokens): string {
  return tokens.map((token) => (token.kind === "literal" ? token.text : "")).join("");
}

function tokensOf(value: string, { version }: CompiledPolicy, wildcards: boolean): Tokens {
  return tokenizePattern(value, { variables: version === "2012-10-17", wildcards });
}

/** Lists mean the same in any order. */
function idOf(traits: readonly unknown[], values: readonly string[]): string {
  return JSON.stringify([...traits, [...new Set(values)].sort()]);
}
