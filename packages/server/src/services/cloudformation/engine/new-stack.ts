import { TemplateError } from "@rolecast/template";
import type { Kysely } from "kysely";
import type { Ids } from "../../../kernel/ids.ts";
import type { Naming, ResourceModel } from "../../../kernel/resources.ts";
import { validation } from "../errors.ts";
import { findStackById } from "../rows/stacks.ts";
import { type Place, stackArn } from "../stack-names.ts";
import type { CloudFormationTables, StackRow } from "../tables.ts";

/** Source: CloudFormation API reference, CreateStack, StackName. */
const STACK_NAME_MAX = 128;
/** Stacks around a stack. A template that nests itself comes to an end; AWS documents no limit. */
const DEPTH_MAX = 16;

/** A stack without a template yet. */
export function newStack(name: string, place: Place, nowMs: number, ids: Ids): StackRow {
  if (name.length > STACK_NAME_MAX)
    throw validation(
      `1 validation error detected: Value '${name}' at 'stackName' failed to satisfy ` +
        `constraint: Member must have length less than or equal to ${STACK_NAME_MAX}`,
    );
  const { account_id, region } = place;
  return {
    ...{ stack_id: stackArn(place, name, ids.uuid()), account_id, region, name, live_name: name },
    ...{ status: "CREATE_IN_PROGRESS", status_reason: null, created_ms: nowMs },
    ...{ updated_ms: null, deleted_ms: null, role_arn: null, parent_id: null, root_id: null },
    ...{ version: 0, good_version: 0, termination_protection: 0, disable_rollback: 0 },
    ...{
      timeout_minutes: null,
      notification_arns: "[]",
      rollback: null,
      policy: null,
      outputs: "[]",
    },
    ...{ operation_id: null, events: 0, event_ms: 0 },
    ...{ drift_status: "NOT_CHECKED", drift_checked_ms: null },
  };
}

/** The names of nested stacks, which templates don't give. */
export const NESTED_NAMING: Naming = { property: "StackName", lengthMax: STACK_NAME_MAX };

/** A stack that is a resource of another one, before its first operation. `want` has its name. */
export function newNestedStack(
  parent: StackRow,
  want: ResourceModel,
  nowMs: number,
  ids: Ids,
): StackRow {
  const minutes = want.TimeoutInMinutes;
  return {
    ...newStack(String(want.StackName), parent, nowMs, ids),
    parent_id: parent.stack_id,
    root_id: parent.root_id ?? parent.stack_id,
    role_arn: parent.role_arn,
    timeout_minutes: minutes === undefined ? null : Number(minutes),
    notification_arns: JSON.stringify(want.NotificationARNs ?? []),
  };
}

/** As many stacks are around a stack. */
export async function depthOf(
  { parent_id }: Pick<StackRow, "parent_id">,
  db: Kysely<CloudFormationTables>,
): Promise<number> {
  let depth = 0;
  for (let id = parent_id; id !== null; depth++)
    id = (await findStackById(id, db))?.parent_id ?? null;
  return depth;
}

/** Throws TemplateError where a stack has too many stacks around it. */
export function refuseDepth(depth: number): void {
  if (depth > DEPTH_MAX)
    throw new TemplateError(`Rolecast nests stacks at most ${DEPTH_MAX} deep.`);
}
