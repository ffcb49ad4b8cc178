import type * as cloudformation from "@aws-sdk/client-cloudformation";
import { isoSeconds } from "../../../kernel/clock.ts";
import { defineOperations, type OperationTable, withSubject } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { decideOnStack, onEverything, placeOf } from "../access/stack-authorization.ts";
import type { CloudFormationDependencies } from "../dependencies.ts";
import { noStackInBrackets, validation, wrongState } from "../errors.ts";
import { pageByText } from "../page.ts";
import { findDetection, insertDetection } from "../rows/drift-detections.ts";
import { changeDrift, findResource, resourcesOf } from "../rows/resources.ts";
import { findStackById, findVersion, updateStackRow } from "../rows/stacks.ts";
import { callerFor } from "../stacks/stack-changes.ts";
import type { CloudFormationTables, DriftDetectionRow, ResourceRow, StackRow } from "../tables.ts";
import { type DetectedDrift, detectDrift, type StoredDrift } from "../values/detect-drift.ts";
import { Secrets } from "../values/secrets.ts";

/** Detecting drift and describing it. A detection is done when its request is answered. */
export function driftOperations(deps: CloudFormationDependencies): OperationTable {
  return defineOperations<typeof cloudformation>()({
    DetectStackDrift: withSubject({
      authorize: (input, context) => decideOnStack("DetectStackDrift", input, context),
      handle: async (input, context, found: StackRow | undefined) => {
        const stack = requireSettled(found, input.StackName);
        const all = await resourcesOf(stack.stack_id, context.db<CloudFormationTables>());
        const wanted = input.LogicalResourceIds;
        const rows = all.filter(
          ({ logical_id, status }) =>
            status !== "DELETE_COMPLETE" && (wanted?.includes(logical_id) ?? true),
        );
        const StackDriftDetectionId = deps.ids.uuid();
        const begun = {
          ...{ detection_id: StackDriftDetectionId, status: "DETECTION_IN_PROGRESS" },
          ...{ drift_status: stack.drift_status, drifted: -1, detected_ms: context.nowMs },
        };
        deps.events.publish(driftEvent(begun, stack, deps.ids.uuid()));
        const drifts = await detectAll(rows, stack, context, deps);
        await store(StackDriftDetectionId, stack, drifts, context, deps);
        return { StackDriftDetectionId };
      },
    }),
    DetectStackResourceDrift: withSubject({
      authorize: (input, context) => decideOnStack("DetectStackResourceDrift", input, context),
      handle: async (input, context, found: StackRow | undefined) => {
        const stack = requireSettled(found, input.StackName);
        const { LogicalResourceId: id } = input;
        const row = await findResource(stack.stack_id, id, context.db<CloudFormationTables>());
        if (!row) throw validation(`Resource ${id} does not exist for stack ${stack.name}`);
        const [detected] = await detectAll([row], stack, context, deps);
        if (!detected) throw validation(`Resource ${id} does not exist for stack ${stack.name}`);
        await context.transaction<CloudFormationTables, void>(({ db }) =>
          changeDrift(row, JSON.stringify(detected.drift), db),
        );
        return { StackResourceDrift: driftView(row, detected.drift) };
      },
    }),
    DescribeStackDriftDetectionStatus: {
      authorize: () => onEverything("DescribeStackDriftDetectionStatus"),
      handle: async ({ StackDriftDetectionId: id }, context) => {
        const db = context.db<CloudFormationTables>();
        const row = await findDetection(id, db);
        const stack = row && (await findStackById(row.stack_id, db));
        const { account_id, region } = placeOf(context);
        if (!row || stack?.account_id !== account_id || stack.region !== region)
          throw validation(`The drift detection ${id} does not exist.`);
        return detectionView(row);
      },
    },
    DescribeStackResourceDrifts: withSubject({
      authorize: (input, context) => decideOnStack("DescribeStackResourceDrifts", input, context),
      handle: async (input, context, stack: StackRow | undefined) => {
        if (!stack) throw noStackInBrackets(input.StackName);
        const filters = input.StackResourceDriftStatusFilters;
        const all = await resourcesOf(stack.stack_id, context.db<CloudFormationTables>());
        const drifts = all.flatMap((row) => {
          const drift = storedDrift(row);
          return drift && (filters?.includes(drift.status) ?? true) ? [driftView(row, drift)] : [];
        });
        const { rows, rest } = await pageByText(
          input.NextToken,
          ["drifts", stack.stack_id, filters],
          async (after, limit) =>
            drifts.filter(({ LogicalResourceId }) => LogicalResourceId > after).slice(0, limit),
          ({ LogicalResourceId }) => LogicalResourceId,
          input.MaxResults,
        );
        return { StackResourceDrifts: [...rows], ...rest };
      },
    }),
  });
}

function requireSettled(stack: StackRow | undefined, name: string): StackRow {
  if (!stack || stack.status === "DELETE_COMPLETE") throw noStackInBrackets(name);
  if (/_IN_PROGRESS$/.test(stack.status))
    throw wrongState(stack.stack_id, stack.status, "checked for drift");
  return stack;
}

interface Detected {
  readonly row: ResourceRow;
  readonly drift: StoredDrift;
}

async function detectAll(
  rows: readonly ResourceRow[],
  stack: StackRow,
  context: RequestContext,
  deps: CloudFormationDependencies,
): Promise<readonly Detected[]> {
  const caller = await callerFor(stack.role_arn ?? undefined, context, deps);
  const { stack_id, version } = stack;
  const db = context.db<CloudFormationTables>();
  const current = await findVersion(stack_id, version, db);
  const secrets = new Secrets([current], await resourcesOf(stack_id, db));
  const detected: Detected[] = [];
  for (const row of rows)
    detected.push({ row, drift: stored(await detectDrift(row, stack, caller, deps), secrets) });
  return detected;
}

function stored(detected: DetectedDrift, secrets: Secrets): StoredDrift {
  const { actualProperties: _actual, ignored: _ignored, expected, actual, ...drift } = detected;
  return {
    ...secrets.mask(drift),
    ...(expected !== undefined && { expected: secrets.maskJson(expected) }),
    ...(actual !== undefined && { actual: secrets.maskJson(actual) }),
  };
}

/** Keeps what was found, and publishes it. */
async function store(
  detection_id: string,
  stack: StackRow,
  detected: readonly Detected[],
  context: RequestContext,
  { ids, events }: CloudFormationDependencies,
): Promise<void> {
  const statuses = detected.map(({ drift }) => drift.status);
  const drifted = statuses.filter((each) => each === "MODIFIED" || each === "DELETED").length;
  const unknown = statuses.includes("UNKNOWN");
  const drift_status = drifted > 0 ? "DRIFTED" : unknown ? "UNKNOWN" : "IN_SYNC";
  const row: DriftDetectionRow = {
    ...{ detection_id, stack_id: stack.stack_id, status: "DETECTION_COMPLETE" },
    ...{ drift_status, drifted, reason: null, detected_ms: context.nowMs },
  };
  await context.transaction<CloudFormationTables, void>(async (tx) => {
    const { db } = tx;
    for (const { row: resource, drift } of detected)
      await changeDrift(resource, JSON.stringify(drift), db);
    const change = { drift_status, drift_checked_ms: context.nowMs };
    await updateStackRow(stack.stack_id, change, db);
    await insertDetection(row, db);
    tx.afterCommit(() => events.publish(driftEvent(row, stack, ids.uuid())));
  });
}

/** Source: CloudFormation user guide, "Drift Detection Status Change event detail". */
function driftEvent(
  row: Omit<DriftDetectionRow, "stack_id" | "reason">,
  stack: StackRow,
  id: string,
) {
  return {
    ...{ version: "0" as const, id, "detail-type": "CloudFormation Drift Detection Status Change" },
    ...{ source: "aws.cloudformation", account: stack.account_id, region: stack.region },
    time: isoSeconds(row.detected_ms),
    resources: [stack.stack_id],
    detail: {
      "stack-id": stack.stack_id,
      "stack-drift-detection-id": row.detection_id,
      "status-details": {
        "stack-drift-status": row.drift_status,
        "detection-status": row.status,
      },
      "drift-detection-details": { "drifted-stack-resource-count": row.drifted },
      "client-request-token": "",
    },
  };
}

function detectionView(row: DriftDetectionRow) {
  return {
    StackId: row.stack_id,
    StackDriftDetectionId: row.detection_id,
    StackDriftStatus: row.drift_status as cloudformation.StackDriftStatus,
    DetectionStatus: row.status as cloudformation.StackDriftDetectionStatus,
    ...(row.reason === null ? {} : { DetectionStatusReason: row.reason }),
    DriftedStackResourceCount: row.drifted,
    Timestamp: new Date(Number(row.detected_ms)),
  };
}

function storedDrift({ drift }: ResourceRow): StoredDrift | undefined {
  return drift === null ? undefined : (JSON.parse(drift) as StoredDrift);
}

function driftView(row: ResourceRow, drift: StoredDrift) {
  return {
    StackId: row.stack_id,
    LogicalResourceId: row.logical_id,
    PhysicalResourceId: row.physical_id ?? "",
    ResourceType: row.type,
    ...(drift.expected === undefined ? {} : { ExpectedProperties: drift.expected }),
    ...(drift.actual === undefined ? {} : { ActualProperties: drift.actual }),
    PropertyDifferences: [...(drift.differences ?? [])],
    StackResourceDriftStatus: drift.status,
    ...(drift.reason === undefined ? {} : { DriftStatusReason: drift.reason }),
    Timestamp: new Date(drift.checkedMs),
  };
}
