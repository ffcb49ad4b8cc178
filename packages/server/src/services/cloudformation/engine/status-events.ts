import { isoSeconds } from "../../../kernel/clock.ts";
import type { AwsEvent } from "../../../kernel/events.ts";
import type { Ids } from "../../../kernel/ids.ts";
import type { EventRow, StackRow } from "../tables.ts";

/**
 * The event that EventBridge gets for one of a stack's events. Source: CloudFormation user guide,
 * "CloudFormation events detail reference".
 */
export function statusEvent(row: EventRow, stack: StackRow, ids: Ids): AwsEvent {
  const status = { status: row.status, "status-reason": row.reason ?? "" };
  const isOfStack = row.physical_id === stack.stack_id && row.logical_id === stack.name;
  const detail = {
    "stack-id": stack.stack_id,
    ...(isOfStack
      ? {}
      : {
          "logical-resource-id": row.logical_id,
          "physical-resource-id": row.physical_id ?? "",
          "resource-type": row.type,
        }),
    "status-details": status,
    "client-request-token": row.client_token ?? "",
  };
  return {
    version: "0",
    id: ids.uuid(),
    "detail-type": `CloudFormation ${isOfStack ? "Stack" : "Resource"} Status Change`,
    source: "aws.cloudformation",
    account: stack.account_id,
    time: isoSeconds(Number(row.ms)),
    region: stack.region,
    resources: [stack.stack_id],
    detail,
  };
}
