import { isoSeconds } from "../../kernel/clock.ts";
import type { AwsEvent } from "../../kernel/events.ts";
import { parameterArn } from "./names/parameter-name.ts";
import type { ParameterRow, VersionRow } from "./tables.ts";

/*
 * Source: Systems Manager user guide, "Reference: Amazon EventBridge event patterns and types for
 * Systems Manager", Parameter Store.
 */

type Subject = Pick<ParameterRow, "account_id" | "region" | "path" | "name">;
type Facts = Pick<VersionRow, "type"> & { readonly description: string | null };

export interface EventFacts {
  readonly id: string;
  readonly nowMs: number;
}

/** A parameter was created, changed, deleted or labelled. */
export function changeEvent(
  operation: "Create" | "Update" | "Delete" | "LabelParameterVersion",
  parameter: Subject,
  { type, description }: Facts,
  facts: EventFacts,
): AwsEvent {
  return event("Parameter Store Change", parameter, facts, {
    operation,
    name: parameter.name,
    type,
    ...(description === null ? {} : { description }),
  });
}

/** A policy was carried out. */
export function policyEvent(
  parameter: Subject,
  { type }: Pick<VersionRow, "type">,
  policy: { readonly type: string; readonly text: string },
  facts: EventFacts,
): AwsEvent {
  return event("Parameter Store Policy Action", parameter, facts, {
    "parameter-name": parameter.name,
    "parameter-type": type,
    "policy-type": policy.type,
    "policy-content": policy.text,
    "action-status": "Success",
  });
}

function event(
  detailType: string,
  parameter: Subject,
  { id, nowMs }: EventFacts,
  detail: AwsEvent["detail"],
): AwsEvent {
  return {
    version: "0",
    id,
    "detail-type": detailType,
    source: "aws.ssm",
    account: parameter.account_id,
    time: isoSeconds(nowMs),
    region: parameter.region,
    resources: [parameterArn(parameter)],
    detail,
  };
}
