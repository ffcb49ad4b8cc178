import { functionError } from "../document/template-error.ts";
import { isMap, member, type Value } from "../document/value.ts";
import { functionCall } from "../functions/function-call.ts";
import { shapeError } from "../functions/function-shapes.ts";
import { NO_VALUE, type Scope } from "./scope.ts";
import { isUnknown } from "./text-functions.ts";

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
      return !operands("Fn::Not", call.argument).every((operand) => decide(operand, scope));
    default:
      throw functionError(
        "Conditions can only be boolean operations on parameters and other conditions",
      );
  }
}

function equals(argument: Value, scope: Scope): boolean {
  const [first, second] = operands("Fn::Equals", argument).map((operand, index) => {
    const value = scope.resolve(operand, index);
    if (value === NO_VALUE || typeof value === "object") throw shapeError("Fn::Equals");
    return String(value);
  });
  return first === second && !isUnknown(first);
}

/** The operands of a function, whose form was checked with the template. */
function operands(
  name: "Fn::And" | "Fn::Equals" | "Fn::Not" | "Fn::Or",
  argument: Value,
): readonly Value[] {
  if (!Array.isArray(argument)) throw shapeError(name);
  return argument;
}
