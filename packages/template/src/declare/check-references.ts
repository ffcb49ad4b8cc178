import { formatError, functionError, type TemplateError } from "../document/template-error.ts";
import type { Value } from "../document/value.ts";
import { PSEUDO_PARAMETERS } from "../functions/pseudo-parameters.ts";
import { eachReference, type Reference } from "../functions/references.ts";
import {
  type ReferringBlock,
  refuseUnresolvedResources,
} from "../functions/unresolved-resources.ts";
import { checkFunctions } from "./check-functions.ts";
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

function checkConditions(template: Template): void {
  const { parameters } = template;
  const unresolved = new Set<string>();
  for (const condition of template.conditions.values()) {
    checkFunctions(template, condition);
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
  const check = (reference: Reference): void => {
    const { kind, name } = reference;
    if (resources.has(name)) return;
    if (kind === "GetAtt") throw undefinedResource(reference);
    if (!parameters.has(name) && !PSEUDO_PARAMETERS.has(name)) unresolved.add(name);
  };
  for (const value of values) {
    checkFunctions(template, value);
    eachReference(value, () => "both", check);
  }
  refuseUnresolvedResources(unresolved, block);
}

function undefinedResource(reference: Extract<Reference, { kind: "GetAtt" }>): TemplateError {
  const { name, attribute, isInSub } = reference;
  return functionError(
    isInSub
      ? `instance of Fn::Sub references invalid resource attribute ${name}.${attribute}`
      : `instance of Fn::GetAtt references undefined resource ${name}`,
  );
}

function checkCondition(template: Template, name: string | undefined, block: ReferringBlock): void {
  if (name === undefined || template.conditions.has(name)) return;
  throw formatError(
    `Unresolved condition dependency ${name} in the ${block} block of the template`,
  );
}
