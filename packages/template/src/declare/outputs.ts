import { MAX_OUTPUTS } from "../document/limits.ts";
import { formatError } from "../document/template-error.ts";
import { isMap, type MapValue, member, type Value } from "../document/value.ts";
import { checkMembers, checkName } from "./names.ts";
import type { OutputDeclaration } from "./template.ts";

const MEMBERS = new Set(["Value", "Description", "Condition", "Export"]);

/** The outputs of a template's section; loops that aren't carried out are left out. */
export function declareOutputs(section: MapValue): ReadonlyMap<string, OutputDeclaration> {
  const outputs = new Map<string, OutputDeclaration>();
  for (const [name, declared] of Object.entries(section)) {
    if (name.startsWith("Fn::")) continue;
    outputs.set(name, declareOutput(name, declared));
  }
  if (outputs.size > MAX_OUTPUTS)
    throw formatError(
      `Number of outputs, ${outputs.size}, is greater than maximum allowed, ${MAX_OUTPUTS}`,
    );
  return outputs;
}

function declareOutput(name: string, declared: Value): OutputDeclaration {
  checkName("Output", name);
  if (!isMap(declared)) throw formatError("Any Outputs member must be an object.");
  const value = member(declared, "Value");
  if (value === undefined) throw formatError("Every Outputs member must contain a Value object");
  checkMembers("output", declared, MEMBERS);
  const description = member(declared, "Description");
  const condition = member(declared, "Condition");
  if (condition !== undefined && typeof condition !== "string")
    throw formatError(`[/Outputs/${name}/Condition] Condition must be a string.`);
  return {
    name,
    value,
    description: description === undefined ? undefined : String(description),
    condition,
    exportName: exportName(name, member(declared, "Export")),
  };
}

function exportName(name: string, declared: Value | undefined): Value | undefined {
  if (declared === undefined) return undefined;
  const exported = isMap(declared) ? member(declared, "Name") : undefined;
  if (exported === undefined)
    throw formatError(`[/Outputs/${name}/Export] Every Export object must contain a Name member.`);
  return exported;
}
