import type { RuleDeclaration } from "../declare/template.ts";
import { functionError, TemplateError } from "../document/template-error.ts";
import type { Value } from "../document/value.ts";
import { functionCall } from "../functions/function-call.ts";
import { booleanFunction } from "./condition-functions.ts";
import { NO_VALUE, type Scope } from "./scope.ts";

/**
 * Checks the parameters' values by a template's rules.
 *
 * @throws TemplateError if an assertion of a rule whose condition holds fails.
 */
export function checkRules(rules: Iterable<RuleDeclaration>, scope: Scope): void {
  for (const { name, condition, assertions } of rules) {
    if (condition !== undefined && !isTrue(condition, scope)) continue;
    for (const { assert, description } of assertions) {
      if (isTrue(assert, scope)) continue;
      throw new TemplateError(
        description === undefined
          ? `Template error: Rule '${name}' failed.`
          : `Template error: Rule '${name}' failed: ${description}`,
      );
    }
  }
}

/** Decides a rule's function; `Fn::And` and the like may have rule functions inside. */
function isTrue(value: Value, scope: Scope): boolean {
  const call = functionCall(value);
  switch (call?.name) {
    case "Fn::Contains": {
      const [list, item] = operands(call.name, call.argument, scope);
      return texts(call.name, list).includes(text(call.name, item));
    }
    case "Fn::EachMemberEquals": {
      const [list, item] = operands(call.name, call.argument, scope);
      const wanted = text(call.name, item);
      return texts(call.name, list).every((member) => member === wanted);
    }
    case "Fn::EachMemberIn": {
      const [list, others] = operands(call.name, call.argument, scope);
      const known = new Set(texts(call.name, others));
      return texts(call.name, list).every((member) => known.has(member));
    }
    default:
      return booleanFunction(value, scope, isTrue);
  }
}

function operands(name: string, argument: Value, scope: Scope): readonly [Value, Value] {
  const list: readonly Value[] = Array.isArray(argument) ? argument : [];
  const [first, second] = list.map((operand, index) => {
    refuseAccountFunctions(operand);
    return scope.resolve(operand, index);
  });
  if (list.length !== 2 || first === undefined || second === undefined) throw shape(name);
  if (first === NO_VALUE || second === NO_VALUE) throw shape(name);
  return [first, second];
}

/** Functions that ask for the account's VPCs, subnets and the like, which nobody has here. */
function refuseAccountFunctions(operand: Value): void {
  const name = functionCall(operand)?.name;
  if (name === "Fn::RefAll" || name === "Fn::ValueOf" || name === "Fn::ValueOfAll")
    throw functionError(`${name} is not supported: it asks for resources of EC2 or Route 53`);
}

function texts(name: string, value: Value | undefined): readonly string[] {
  if (!Array.isArray(value)) throw shape(name);
  return value.map((item: Value) => text(name, item));
}

function text(name: string, value: Value | undefined): string {
  if (value === undefined || value === null || typeof value === "object") throw shape(name);
  return String(value);
}

function shape(name: string): TemplateError {
  const second = name === "Fn::EachMemberIn" ? "a list of strings" : "a string";
  return functionError(`every ${name} object requires a list of strings and ${second}.`);
}
