import { isMap, type Value } from "../document/value.ts";
import { functionCall } from "../functions/function-call.ts";
import { ifParts } from "../functions/references.ts";
import { UNKNOWN } from "./environment.ts";
import type { Evaluation } from "./evaluation.ts";

/**
 * The names of the exports that a template imports, each once, on the branches that hold. Whoever
 * asks needs no exports yet.
 *
 * @throws TemplateError if a name can't be resolved.
 */
export function importsOf(evaluation: Evaluation): readonly string[] {
  const names = new Set<string>();
  const find = (value: Value): void => {
    const call = functionCall(value);
    if (call?.name === "Fn::ImportValue") {
      const name = evaluation.resolve(call.argument, () => UNKNOWN, call.name);
      if (typeof name === "string") names.add(name);
    } else if (call?.name === "Fn::If") {
      const { condition, yes, no } = ifParts(call.argument);
      find(evaluation.condition(condition) ? yes : no);
    } else if (isMap(value)) {
      Object.values(value).forEach(find);
    } else if (Array.isArray(value)) {
      value.forEach(find);
    }
  };
  for (const { properties } of evaluation.resources.values()) find(properties);
  for (const { value, condition } of evaluation.template.outputs.values())
    if (condition === undefined || evaluation.condition(condition)) find(value);
  return [...names];
}
