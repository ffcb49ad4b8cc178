import type { Change } from "@aws-sdk/client-cloudformation";
import type { ListObjectsV2CommandOutput } from "@aws-sdk/client-s3";
import type { Evaluation } from "@rolecast/template";
import { AwsError } from "../../../kernel/aws-error.ts";
import type { ResourceRow, StackRow } from "../tables.ts";
import { attributesOf } from "../values/attributes.ts";
import type { EarlyFinding, EarlyValidation } from "../values/early-findings.ts";
import { pathOf, takenName, violationsOf } from "../values/validation-findings.ts";
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
      const { region } = question.stack;
      const reason = await takenName(question.after, logicalId, type, { ...planning, region });
      if (reason !== undefined) found({ name: "NAME_CONFLICT_VALIDATION", mode: "FAIL", reason });
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
