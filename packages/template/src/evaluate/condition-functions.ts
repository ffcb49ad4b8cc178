import { functionError } from "../document/template-error.ts";
import { isMap, member, type Value } from "../document/value.ts";
import { functionCall } from "../functions/function-call.ts";
import { NO_VALUE, type Scope } from "./scope.ts";
import { isUnknown } from "./text-functions.ts";

const EQUALS_SHAPE = "every Fn::Equals object requires a list of 2 string parameters.";
/** The most operands of Fn::And and Fn::Or. */
const MAX_OPERANDS = 10;

/** Decides a condition: a boolean function, or the name of another condition. */
export function holds(condition: Value, scope: Scope): boolean {
  return booleanFunction(condition, scope, holds);
}

/** Decides a boolean function; `decide` decides the operands of Fn::And and the like. */
export function booleanFunction(
  condition: Value,
  scope: Scope,
  decide: (operand: Value, scope: Scope) => boolean,
): boolean {
  const named = isMap(condition) ? member(condition, "Condition") : undefined;
  if (named !== undefined && Object.keys(condition as object).length === 1) {
    if (typeof named !== "string") throw functionError("All Conditions must be of type string");
    return scope.condition(named, "Condition");
  }
  const call = functionCall(condition);
  switch (call?.name) {
    case "Fn::Equals":
      return equals(call.argument, scope);
    case "Fn::And":
      return operands("Fn::And", call.argument).every((operand) => decide(operand, scope));
    case "Fn::Or":
      return operands("Fn::Or", call.argument).some((operand) => decide(operand, scope));
    case "Fn::Not":
      return !decide(onlyOperand(call.argument), scope);
    default:
      throw functionError(
        "Conditions can only be boolean operations on parameters and other conditions",
      );
  }
}

function equals(argument: Value, scope: Scope): boolean {
  const list: readonly Value[] = Array.isArray(argument) ? argument : [];
  if (list.length !== 2) throw functionError(EQUALS_SHAPE);
  const [first, second] = list.map((operand, index) => {
    const value = scope.resolve(operand, index);
    if (value === NO_VALUE || typeof value === "object") throw functionError(EQUALS_SHAPE);
    return String(value);
  });
  return first === second && !isUnknown(first);
}

function operands(name: string, argument: Value): readonly Value[] {
  const list: readonly Value[] = Array.isArray(argument) ? argument : [];
  if (list.length < 2 || list.length > MAX_OPERANDS)
    throw functionError(
      `every ${name} object requires a list of at least 2 and at most ${MAX_OPERANDS} boolean ` +
        "parameters.",
    );
  return list;
}

function onlyOperand(argument: Value): Value {
  const [operand, ...more]: readonly Value[] = Array.isArray(argument) ? argument : [];
  if (operand === undefined || more.length > 0)
    throw functionError("Fn::Not requires a list argument with one element");
  return operand;
}
