import { type Evaluation, type MapValue, TemplateError, UNKNOWN } from "@rolecast/template";
import { AwsError } from "../../../kernel/aws-error.ts";
import { ownValue } from "../../../kernel/own-value.ts";
import type { Caller } from "../../../kernel/principal.ts";
import { modelViolations } from "../../../kernel/resource-types/model-violations.ts";
import { typedModel } from "../../../kernel/resource-types/typed-model.ts";
import { ResourceError, type ResourceModel } from "../../../kernel/resources.ts";
import type { EngineDependencies } from "../dependencies.ts";
import type { EngineType } from "../types/engine-types.ts";
import type { attributesOf } from "./attributes.ts";
import type { EarlyValidationName } from "./early-findings.ts";
import { isThere, staticIdentifier } from "./existing-resources.ts";

/** Violations of the type's schema in what is known of the declared properties. */
export function violationsOf(
  after: Evaluation,
  attributes: ReturnType<typeof attributesOf>,
  logicalId: string,
  { schema }: EngineType,
): readonly string[] {
  let properties: MapValue;
  try {
    properties = after.resource(logicalId, attributes).properties;
  } catch (error) {
    // The operation itself says what can't be resolved.
    if (error instanceof TemplateError) return [];
    throw error;
  }
  const model = typedModel(schema, properties as ResourceModel);
  return modelViolations(schema, model).filter((each) => isKnown(valueAt(model, pathOf(each))));
}

const VIOLATED = "Properties validation failed for resource";
const TAKEN = /^Resource of type '[^']*' with identifier '[^']*' already exists\.$/;

/** AWS's sentence for a resource whose properties violate its type's schema. */
export function violationText(logicalId: string, violations: readonly string[]): string {
  return `${VIOLATED} ${logicalId} with message:\n${violations.join("\n")}`;
}

/** The validation that a resource's reason comes from. */
export function validationOf(
  reason: string | null,
): { readonly name: EarlyValidationName; readonly path: string } | undefined {
  if (reason === null) return undefined;
  if (TAKEN.test(reason)) return { name: "NAME_CONFLICT_VALIDATION", path: "" };
  if (!reason.startsWith(VIOLATED)) return undefined;
  const [, first = ""] = reason.split("\n");
  return { name: "PROPERTY_VALIDATION", path: `/Properties${pathOf(first)}` };
}

/** The path in a violation: `#/Rules/0: required key …` is about `/Rules/0`. */
export function pathOf(violation: string): string {
  return /^#([^:]*)/.exec(violation)?.[1] ?? "";
}

function valueAt(model: unknown, path: string): unknown {
  return path
    .split("/")
    .slice(1)
    .reduce<unknown>(
      (value, name) =>
        typeof value === "object" && value !== null
          ? ownValue(value as Record<string, unknown>, name)
          : undefined,
      model,
    );
}

/** Whether a value is as it will be: dynamic references are resolved by the operation. */
function isKnown(value: unknown): boolean {
  return typeof value !== "string" || !(value.includes(UNKNOWN) || value.includes("{{resolve:"));
}

/** A deployment's caller, and its Region. */
interface Asking {
  readonly caller: Caller;
  readonly region: string;
  readonly deps: Pick<EngineDependencies, "invoke" | "ids">;
}

/** The reason why a new resource can't have its name: there is such a resource. */
export async function takenName(
  after: Evaluation,
  logicalId: string,
  type: EngineType,
  { caller, region, deps }: Asking,
): Promise<string | undefined> {
  const { primaryIdentifier, typeName } = type.schema;
  const name = type.naming?.property;
  if (name === undefined || primaryIdentifier.join() !== name) return undefined;
  const declared = staticIdentifier(primaryIdentifier, after, logicalId);
  const taken = declared?.[name];
  if (!declared || taken === undefined || !isKnown(taken)) return undefined;
  try {
    if (!(await isThere(type, declared, caller, region, deps))) return undefined;
  } catch (error) {
    // Whether the name is taken can't be foreseen: creating the resource will say.
    if (error instanceof AwsError || error instanceof ResourceError) return undefined;
    throw error;
  }
  return `Resource of type '${typeName}' with identifier '${taken}' already exists.`;
}
