import type { Change } from "@aws-sdk/client-cloudformation";
import type { ListObjectsV2CommandOutput } from "@aws-sdk/client-s3";
import { type Evaluation, type MapValue, TemplateError, UNKNOWN } from "@rolecast/template";
import { AwsError } from "../../../kernel/aws-error.ts";
import { modelViolations } from "../../../kernel/resource-types/model-violations.ts";
import { typedModel } from "../../../kernel/resource-types/typed-model.ts";
import type { ResourceModel } from "../../../kernel/resources.ts";
import type { ResourceRow, StackRow } from "../tables.ts";
import type { EngineType } from "../types/engine-types.ts";
import { attributesOf } from "../values/attributes.ts";
import type { EarlyFinding, EarlyValidation } from "../values/early-findings.ts";
import { isThere, staticIdentifier } from "./imports.ts";
import type { Planning } from "./planned-change-set.ts";

/** Validations by the names that a change set's reason has for them; undefined: they only warn. */
const HOOKS = {
  PROPERTY_VALIDATION: "AWS::EarlyValidation::PropertyValidation",
  NAME_CONFLICT_VALIDATION: "AWS::EarlyValidation::ResourceExistenceCheck",
  BUCKET_EMPTINESS_VALIDATION: undefined,
} as const satisfies Record<EarlyFinding["name"], string | undefined>;

/** The reason of a change set that can't be executed; undefined: nothing but warnings. */
export function earlyFailure({ findings }: EarlyValidation): string | undefined {
  const hooks = new Set(findings.flatMap(({ name }) => HOOKS[name] ?? []));
  if (hooks.size === 0) return undefined;
  return (
    `The following hook(s)/validation failed: [${[...hooks].join(", ")}]. To troubleshoot Early ` +
    "Validation errors, use the DescribeEvents API for detailed failure information."
  );
}

interface Question {
  readonly stack: StackRow;
  readonly after: Evaluation;
  readonly changes: readonly Change[];
  readonly rows: readonly ResourceRow[];
  /** Logical ids of resources that the change set takes over. */
  readonly imported: ReadonlySet<string>;
}

/**
 * Looks for failures before anything is done. Source: CloudFormation user guide, "Validate stack
 * deployments". Resources that the caller may not read aren't looked at.
 */
export async function validateEarly(
  question: Question,
  planning: Planning,
): Promise<EarlyValidation | undefined> {
  const findings: EarlyFinding[] = [];
  const attributes = attributesOf(new Map(question.rows.map((row) => [row.logical_id, row])));
  for (const { ResourceChange: change = {} } of question.changes) {
    const { Action, LogicalResourceId: logicalId = "", ResourceType: name = "" } = change;
    const type = await planning.deps.types.find(name);
    if (!type || planning.deps.types.isOwn(name)) continue;
    const physicalId = change.PhysicalResourceId ?? "";
    const about = { logicalId, type: name, physicalId, path: `/Resources/${logicalId}` };
    const found = (rest: Pick<EarlyFinding, "name" | "mode" | "reason"> & { path?: string }) =>
      findings.push({ eventId: planning.deps.ids.uuid(), ...about, ...rest });
    if (Action === "Add" || Action === "Modify")
      for (const reason of violationsOf(question.after, attributes, logicalId, type))
        found({
          ...{ name: "PROPERTY_VALIDATION", mode: "FAIL", reason },
          path: `${about.path}/Properties${pathOf(reason)}`,
        });
    if (Action === "Add" && !question.imported.has(logicalId)) {
      const taken = await takenName(question, logicalId, type, planning);
      if (taken !== undefined)
        found({
          ...{ name: "NAME_CONFLICT_VALIDATION", mode: "FAIL" },
          reason: `Resource of type '${name}' with identifier '${taken}' already exists.`,
        });
    }
    const isRemoved = ["Delete", "ReplaceAndDelete"].includes(change.PolicyAction ?? "");
    if (
      name === "AWS::S3::Bucket" &&
      isRemoved &&
      (await hasObjects(physicalId, question.stack.region, planning))
    )
      found({
        ...{ name: "BUCKET_EMPTINESS_VALIDATION", mode: "WARN" },
        reason: `The bucket '${physicalId}' isn't empty, so it can't be deleted.`,
      });
  }
  if (findings.length === 0) return undefined;
  return { operationId: planning.deps.ids.uuid(), findings };
}

/** Violations of the type's schema in what is known of the declared properties. */
function violationsOf(
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

/** The path in a violation: `#/Rules/0: required key …` is about `/Rules/0`. */
function pathOf(violation: string): string {
  return /^#([^:]*)/.exec(violation)?.[1] ?? "";
}

function valueAt(model: unknown, path: string): unknown {
  return path
    .split("/")
    .slice(1)
    .reduce<unknown>(
      (value, name) =>
        typeof value === "object" && value !== null
          ? (value as Record<string, unknown>)[name]
          : undefined,
      model,
    );
}

/** Whether a value is as it will be: dynamic references are resolved by the operation. */
function isKnown(value: unknown): boolean {
  return typeof value !== "string" || !(value.includes(UNKNOWN) || value.includes("{{resolve:"));
}

/** The name that a new resource is to have, if there is such a resource. */
async function takenName(
  { after, stack }: Question,
  logicalId: string,
  type: EngineType,
  { caller, deps }: Planning,
): Promise<string | undefined> {
  const { primaryIdentifier } = type.schema;
  const name = type.naming?.property;
  if (name === undefined || primaryIdentifier.join() !== name) return undefined;
  const declared = staticIdentifier(primaryIdentifier, after, logicalId);
  const taken = declared?.[name];
  if (!declared || taken === undefined || !isKnown(taken)) return undefined;
  return (await isThere(type, declared, caller, stack.region, deps)) ? taken : undefined;
}

async function hasObjects(
  bucket: string,
  region: string,
  { caller, deps }: Planning,
): Promise<boolean> {
  try {
    const input = { Bucket: bucket, MaxKeys: 1 };
    const found = await deps.invoke<ListObjectsV2CommandOutput>("s3", "ListObjectsV2", input, {
      as: caller,
      region,
    });
    return (found.KeyCount ?? 0) > 0;
  } catch (error) {
    if (error instanceof AwsError) return false;
    throw error;
  }
}
