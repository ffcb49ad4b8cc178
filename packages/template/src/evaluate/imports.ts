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
  const { resources, template } = evaluation;
  const outputs = [...template.outputs.values()].filter(
    ({ condition }) => condition === undefined || evaluation.condition(condition),
  );
  const values = [
    ...[...resources.values()].map(({ properties }) => properties),
    ...outputs.map(({ value }) => value),
  ];
  return importsIn(values, evaluation);
}

/** The names of the exports that a value of a template imports, likewise. */
export function importsIn(value: Value, evaluation: Evaluation): readonly string[] {
  const names = new Set<string>();
  const find = (part: Value): void => {
    const call = functionCall(part);
    if (call?.name === "Fn::ImportValue") {
      const name = evaluation.resolve(call.argument, () => UNKNOWN, call.name);
      if (typeof name === "string") names.add(name);
    } else if (call?.name === "Fn::If") {
      const { condition, yes, no } = ifParts(call.argument);
      find(evaluation.condition(condition) ? yes : no);
    } else if (isMap(part)) {
      Object.values(part).forEach(find);
    } else if (Array.isArray(part)) {
      part.forEach(find);
    }
  };
  find(value);
  return [...names];
}
