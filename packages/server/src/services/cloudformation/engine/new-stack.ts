import type { Ids } from "../../../kernel/ids.ts";
import { validation } from "../errors.ts";
import { type Place, stackArn } from "../stack-names.ts";
import type { StackRow } from "../tables.ts";

/** Source: CloudFormation API reference, CreateStack, StackName. */
const STACK_NAME_MAX = 128;

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
    ...{ timeout_minutes: null, notification_arns: "[]", policy: null, outputs: "[]" },
    ...{ operation_id: null, events: 0, event_ms: 0 },
    ...{ drift_status: "NOT_CHECKED", drift_checked_ms: null },
  };
}
