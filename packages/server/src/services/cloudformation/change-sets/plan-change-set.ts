import type { ChangeSetStatus } from "@aws-sdk/client-cloudformation";
import { AwsError } from "../../../kernel/aws-error.ts";
import { resourcesOf } from "../rows/resources.ts";
import { findVersion } from "../rows/stacks.ts";
import { changeSetArn } from "../stack-names.ts";
import type { ChangeSetRow, ResourceRow, VersionRow } from "../tables.ts";
import { type DetectedDrift, detectDrift } from "../values/detect-drift.ts";
import { evaluateStack } from "../values/evaluate-stack.ts";
import {
  asAwsError,
  FailedTransform,
  isSameVersion,
  type RequestedVersion,
  requestedVersion,
  type VersionInput,
} from "../values/requested-version.ts";
import { Secrets } from "../values/secrets.ts";
import { computeChanges, maskedChanges, type StoredChanges } from "./compute-changes.ts";
import { earlyFailure, validateEarly } from "./early-validation.ts";
import {
  existingResources,
  type Imports,
  physicalIdsOf,
  refuseImports,
  requestedImports,
} from "./imports.ts";
import { isAutomatic, planNested, withNestedChangeSets } from "./nested-change-sets.ts";
import {
  type Asked,
  type ChangeSetOptions,
  NO_CHANGES,
  type PlannedChangeSet,
  type Planning,
} from "./planned-change-set.ts";

const NOTHING: StoredChanges = { short: [], whole: [] };

/**
 * Computes a change set. One that fails in a way that its row shows resolves. Rejects with the
 * AwsError of a request that is refused.
 */
export async function planChangeSet(
  asked: Asked,
  wanted: VersionInput,
  planning: Planning,
): Promise<PlannedChangeSet> {
  const { stack, isNew, type, depth } = asked;
  const { input, caller, reading, db, deps } = planning;
  const id = changeSetArn(stack, asked.name, deps.ids);
  const previous =
    stack.version === 0 ? undefined : await findVersion(stack.stack_id, stack.version, db);
  const rows = previous ? await resourcesOf(stack.stack_id, db) : [];
  const planned = (row: RequestedVersion["row"], outcome: Outcome) => {
    const changes = maskedChanges(outcome.changes, new Secrets([previous, row], rows));
    return {
      ...{ row: changeSetRow(id, asked, row, { ...outcome, changes }, planning), stack, isNew },
      nested: outcome.nested ?? [],
    };
  };
  try {
    const asking: VersionInput = { ...wanted, isOfChangeSet: true };
    const version = await requestedVersion(asking, stack, previous, caller, reading, deps);
    const { evaluation } = version;
    const existing = new Set(rows.map(({ logical_id }) => logical_id));
    const imports: Imports =
      type === "IMPORT"
        ? requestedImports(input.ResourcesToImport ?? [], evaluation, existing)
        : input.ImportExistingResources
          ? await existingResources(evaluation, existing, caller, stack, db, deps)
          : {};
    if (type === "IMPORT") await refuseImports(imports, evaluation, stack, db, deps);
    const drifts = input.DeploymentMode ? await driftsOf(rows, asked, planning) : undefined;
    const before = previous && (await evaluateStack(stack, previous, db));
    const question = {
      ...{ previous: before, rows, after: evaluation, tags: version.row.tags, drifts },
      imports: await physicalIdsOf(imports, evaluation, deps),
    };
    const computed = await computeChanges(question, deps.types);
    const around = { id, rootId: asked.parent?.rootId ?? id };
    const nested = input.IncludeNestedStacks
      ? await planNested(
          { stack, depth, version: version.row, changes: computed.whole, around },
          planning,
          planChangeSet,
        )
      : new Map<string, PlannedChangeSet | "unchanged">();
    const changes = withNestedChangeSets(computed, nested);
    const inside = [...nested.values()].filter((each) => each !== "unchanged");
    const isEmpty =
      previous !== undefined &&
      Object.keys(imports).length === 0 &&
      inside.length === 0 &&
      (drifts === undefined || changes.whole.every(isAutomatic)) &&
      isSameVersion(previous, version.row, {
        before: before?.evaluation.template,
        after: evaluation.template,
      });
    if (isEmpty) return planned(version.row, { imports, changes: NOTHING, failure: NO_CHANGES });
    const imported = new Set(Object.keys(imports));
    const validated = { stack, after: evaluation, changes: changes.whole, rows, imported };
    const early = input.DisableValidation ? undefined : await validateEarly(validated, planning);
    const failed = inside.find(({ row }) => row.status === "FAILED");
    const failure =
      (early && earlyFailure(early)) ??
      (failed &&
        `Nested change set ${failed.row.change_set_id} was not successfully created: Currently ` +
          "in FAILED.");
    const outcome = { imports, changes: { ...changes, early }, failure, nested: inside };
    return planned(version.row, outcome);
  } catch (error) {
    const refusal = asAwsError(error);
    if (error instanceof FailedTransform)
      return planned(error.row, { imports: {}, changes: NOTHING, failure: error.message });
    // The root's change set says which nested one failed, and that one why.
    if (asked.parent && refusal instanceof AwsError)
      return planned(unreadVersion(previous), {
        ...{ imports: {}, changes: NOTHING },
        failure: refusal.message,
      });
    throw refusal;
  }
}

/** The drift of a stack's resources, as whoever deploys may see it. */
async function driftsOf(
  rows: readonly ResourceRow[],
  { stack }: Asked,
  { caller, deps }: Planning,
): Promise<ReadonlyMap<string, DetectedDrift>> {
  const drifts = new Map<string, DetectedDrift>();
  for (const row of rows)
    if (row.status !== "DELETE_COMPLETE")
      drifts.set(row.logical_id, await detectDrift(row, stack, caller, deps));
  return drifts;
}

interface Outcome {
  readonly imports: Imports;
  readonly changes: StoredChanges;
  readonly failure: string | undefined;
  readonly nested?: readonly PlannedChangeSet[];
}

/** A nested stack's template couldn't be read, or its parameters don't fit it. */
function unreadVersion(previous: VersionRow | undefined): RequestedVersion["row"] {
  const { template = "", processed = null, parameters = "{}", tags = "{}" } = previous ?? {};
  return { template, processed, parameters, tags, capabilities: previous?.capabilities ?? "[]" };
}

function changeSetRow(
  change_set_id: string,
  { stack, type, name, parent, notificationArns, rollback }: Asked,
  version: RequestedVersion["row"],
  { imports, changes, failure }: Outcome,
  { input, nowMs }: Planning,
): ChangeSetRow {
  const options: ChangeSetOptions = {
    ...(Object.keys(imports).length > 0 ? { imports } : {}),
    ...(input.OnStackFailure ? { onStackFailure: input.OnStackFailure } : {}),
    ...(input.IncludeNestedStacks ? { includeNestedStacks: true } : {}),
    ...(input.ImportExistingResources ? { importExistingResources: true } : {}),
    ...(input.DeploymentConfig?.Mode ? { mode: input.DeploymentConfig.Mode } : {}),
    ...(input.DeploymentConfig?.DisableRollback ? { disableRollback: true } : {}),
    ...(input.DeploymentMode ? { revertDrift: true } : {}),
    ...(rollback ? { rollback } : {}),
    ...(parent ? { logicalId: parent.logicalId } : {}),
  };
  return {
    ...{ change_set_id, stack_id: stack.stack_id, name, type },
    status: (failure === undefined ? "CREATE_COMPLETE" : "FAILED") satisfies ChangeSetStatus,
    execution_status: failure === undefined ? "AVAILABLE" : "UNAVAILABLE",
    status_reason: failure ?? null,
    created_ms: nowMs,
    description: parent ? null : (input.Description ?? null),
    ...version,
    changes: JSON.stringify(changes),
    options: JSON.stringify(options),
    role_arn: input.RoleARN ?? null,
    notification_arns: JSON.stringify(notificationArns),
    parent_id: parent?.id ?? null,
    root_id: parent?.rootId ?? null,
    client_token: parent ? null : (input.ClientToken ?? null),
  };
}
