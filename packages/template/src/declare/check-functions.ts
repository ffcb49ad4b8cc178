import { functionError, unknownMapping } from "../document/template-error.ts";
import { isMap, member, type Value } from "../document/value.ts";
import { functionCall } from "../functions/function-call.ts";
import { checkFunctionName } from "../functions/function-names.ts";
import { checkShape } from "../functions/function-shapes.ts";
import { ifParts } from "../functions/references.ts";
import type { Template } from "./template.ts";

/**
 * Refuses functions that there aren't, arguments of a wrong form, and conditions and mappings that
 * aren't declared, on all branches.
 *
 * @throws TemplateError with AWS's text.
 */
export function checkFunctions(template: Template, value: Value): void {
  if (typeof value !== "object" || value === null) return;
  if (isMap(value)) checkCall(template, value);
  for (const below of isMap(value) ? Object.values(value) : value) checkFunctions(template, below);
}

function checkCall({ conditions, mappings, extended }: Template, value: Value): void {
  const keys = Object.keys(value as object);
  if (keys.length === 1) checkFunctionName(keys[0] ?? "", extended);
  const call = functionCall(value);
  if (call === undefined) return;
  checkShape(call.name, call.argument, extended);
  if (call.name === "Fn::FindInMap") checkMapping(mappings, call.argument);
  if (call.name !== "Fn::If") return;
  const { condition } = ifParts(call.argument);
  if (!conditions.has(condition))
    throw functionError(`unresolved condition dependency ${condition} in Fn::If`);
}

/** A name that only evaluation gives isn't looked for, nor one beside a default. */
function checkMapping(mappings: Template["mappings"], argument: Value): void {
  const [name, , , options] = Array.isArray(argument) ? (argument as readonly Value[]) : [];
  if (typeof name !== "string" || options !== undefined) return;
  if (member(mappings, name) === undefined) throw unknownMapping(name);
}
