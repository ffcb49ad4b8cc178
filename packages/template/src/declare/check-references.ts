import { formatError, functionError } from "../document/template-error.ts";
import { isMap, type Value } from "../document/value.ts";
import { functionCall } from "../functions/function-call.ts";
import { PSEUDO_PARAMETERS } from "../functions/pseudo-parameters.ts";
import { eachReference, ifParts } from "../functions/references.ts";
import {
  type ReferringBlock,
  refuseUnresolvedResources,
} from "../functions/unresolved-resources.ts";
import type { Template } from "./template.ts";

/**
 * Refuses names in functions that the template doesn't declare, also on branches that no
 * condition takes.
 *
 * @throws TemplateError with AWS's text.
 */
export function checkReferences(template: Template): void {
  refuseSharedNames(template);
  checkConditions(template);
  const { resources, outputs } = template;
  checkNames(
    template,
    "Resources",
    [...resources.values()].flatMap((resource) => [
      ...resource.dependsOn.map((name): Value => ({ Ref: name })),
      resource.properties,
      resource.metadata ?? null,
      resource.creationPolicy ?? null,
      resource.updatePolicy ?? null,
      resource.deletionPolicy ?? null,
      resource.updateReplacePolicy ?? null,
    ]),
  );
  checkNames(
    template,
    "Outputs",
    [...outputs.values()].flatMap(({ value, exportName }) => [value, exportName ?? null]),
  );
  for (const { condition } of resources.values()) checkCondition(template, condition, "Resources");
  for (const { condition } of outputs.values()) checkCondition(template, condition, "Outputs");
}

function refuseSharedNames({ resources, parameters }: Template): void {
  const shared = [...resources.keys()].filter((name) => parameters.has(name));
  if (shared.length > 0)
    throw functionError(
      "all resources and parameters must have unique names. " +
        `Common name(s):[${shared.join(", ")}]`,
    );
}

function checkConditions({ conditions, parameters }: Template): void {
  const unresolved = new Set<string>();
  for (const condition of conditions.values()) {
    eachReference(
      condition,
      () => "both",
      ({ name }) => {
        if (!parameters.has(name) && !PSEUDO_PARAMETERS.has(name)) unresolved.add(name);
      },
    );
  }
  if (unresolved.size > 0)
    throw formatError(
      `Unresolved dependencies [${[...unresolved].join(", ")}]. Cannot reference resources in ` +
        "the Conditions block of the template",
    );
}

function checkNames(template: Template, block: ReferringBlock, values: readonly Value[]): void {
  const { parameters, resources } = template;
  const unresolved = new Set<string>();
  for (const value of values) {
    checkIfs(template, value);
    eachReference(
      value,
      () => "both",
      ({ kind, name }) => {
        if (resources.has(name)) return;
        if (kind === "Ref" && (parameters.has(name) || PSEUDO_PARAMETERS.has(name))) return;
        unresolved.add(name);
      },
    );
  }
  refuseUnresolvedResources(unresolved, block);
}

/** Refuses an Fn::If by a condition that isn't declared. */
function checkIfs(template: Template, value: Value): void {
  if (typeof value !== "object" || value === null) return;
  const call = functionCall(value);
  if (call?.name === "Fn::If") {
    const { condition } = ifParts(call.argument);
    if (!template.conditions.has(condition))
      throw functionError(`unresolved condition dependency ${condition} in Fn::If`);
  }
  for (const below of isMap(value) ? Object.values(value) : (value as readonly Value[]))
    checkIfs(template, below);
}

function checkCondition(template: Template, name: string | undefined, block: ReferringBlock): void {
  if (name === undefined || template.conditions.has(name)) return;
  throw formatError(
    `Unresolved condition dependency ${name} in the ${block} block of the template`,
  );
}
