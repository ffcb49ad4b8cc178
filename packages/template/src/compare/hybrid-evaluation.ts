import { TemplateError } from "../document/template-error.ts";
import type { ParameterValue } from "../evaluate/environment.ts";
import { Evaluation } from "../evaluate/evaluation.ts";

/**
 * The new template with the parameters of before, as far as it has them: what it changes already
 * was changed in the template, the rest by parameters. Undefined where it can't be evaluated so;
 * then all was changed in the template.
 */
export function hybridEvaluation(before: Evaluation, after: Evaluation): Evaluation | undefined {
  const parameters = new Map<string, ParameterValue>();
  for (const [name, value] of after.environment.parameters) {
    const was = before.environment.parameters.get(name);
    parameters.set(name, was !== undefined && typeof was === typeof value ? was : value);
  }
  if (changedParameters(before, after).size === 0) return after;
  try {
    return new Evaluation(after.template, { ...after.environment, parameters });
  } catch (error) {
    if (error instanceof TemplateError) return undefined;
    throw error;
  }
}

/** The parameters whose values differ. */
export function changedParameters(before: Evaluation, after: Evaluation): ReadonlySet<string> {
  const changed = new Set<string>();
  for (const [name, value] of after.environment.parameters) {
    const was = before.environment.parameters.get(name);
    if (was !== undefined && String(was) !== String(value)) changed.add(name);
  }
  return changed;
}
