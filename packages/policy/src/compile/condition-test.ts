import type { ConditionEntry } from "../document/policy-document.ts";
import type { ContextValue, RequestContextValues } from "../request.ts";
import { type ConditionOperator, readConditionOperator } from "./condition-operator.ts";
import { compileValueTest, isTrue, type StatementTraits, type ValueTest } from "./value-test.ts";

/** One key of one operator: whether it holds for a request. */
export interface ConditionTest {
  /** Lower-cased. */
  key: string;
  operator: ConditionOperator;
  holds(context: RequestContextValues): boolean;
}

/** Compiles one entry of a statement of that effect. Its operator must exist. */
export function compileCondition(
  entry: ConditionEntry,
  effect: "Allow" | "Deny",
  variables: boolean,
): ConditionTest {
  const operator = readConditionOperator(entry.operator);
  if (operator === undefined) {
    throw new Error(`No such operator: ${entry.operator}`);
  }
  const key = entry.key.toLowerCase();
  return { key, operator, holds: compileHolds(operator, key, entry.values, { effect, variables }) };
}

type Holds = ConditionTest["holds"];

function compileHolds(
  operator: ConditionOperator,
  key: string,
  values: readonly string[],
  statement: StatementTraits,
): Holds {
  if (operator.family === "null") {
    return nullHolds(key, values);
  }
  const test = compileValueTest(operator, values, statement);
  const { negated } = operator;
  switch (operator.set) {
    case undefined:
      return singleHolds(key, test, negated, operator.ifExists || negated);
    case "all":
      return (context) =>
        isAbsent(context.get(key)) ||
        manyOf(context.get(key)).every((value) => test(value, context) === !negated);
    case "any":
      return (context) =>
        isAbsent(context.get(key))
          ? operator.ifExists
          : manyOf(context.get(key)).some((value) => test(value, context) === !negated);
    default:
      return operator.set satisfies never;
  }
}

/** A multivalued key never matches an operator without ForAllValues or ForAnyValue. */
function singleHolds(key: string, test: ValueTest, negated: boolean, whenMissing: boolean): Holds {
  return (context) => {
    const value = context.get(key);
    if (typeof value === "string") {
      return test(value, context) === !negated;
    }
    return isAbsent(value) && whenMissing;
  };
}

/** "true" asks for an absent key, anything else for a present one. */
function nullHolds(key: string, values: readonly string[]): Holds {
  const wanted = values.map(isTrue);
  return (context) => wanted.includes(isAbsent(context.get(key)));
}

/** An empty set counts as absent. */
function isAbsent(value: ContextValue | undefined): boolean {
  return value === undefined || (typeof value !== "string" && value.length === 0);
}

function manyOf(value: ContextValue | undefined): readonly string[] {
  if (value === undefined) {
    return [];
  }
  return typeof value === "string" ? [value] : value;
}
