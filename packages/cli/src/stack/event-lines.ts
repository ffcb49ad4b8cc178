import type { StackEvent } from "@aws-sdk/client-cloudformation";
import { styled } from "../terminal.ts";

/** A line for an event of a stack: time, status, resource and the reason. */
export function eventLine(event: StackEvent): string {
  const { ResourceStatus = "", ResourceType = "", LogicalResourceId = "" } = event;
  const time = event.Timestamp?.toISOString().slice(11, 19) ?? "";
  const reason = event.ResourceStatusReason ? `  ${event.ResourceStatusReason}` : "";
  const status = ResourceStatus.padEnd("UPDATE_ROLLBACK_COMPLETE".length);
  return `${time}  ${coloured(status)}  ${ResourceType} ${LogicalResourceId}${reason}`;
}

/** A stack's or a resource's status in the colour of how it is going. */
export function coloured(status: string): string {
  if (/FAILED/.test(status)) return styled("red", status);
  if (/ROLLBACK/.test(status)) return styled("yellow", status);
  return /COMPLETE/.test(status) ? styled("green", status) : status;
}

/** Whether the stack has come to the end of what it was doing. */
export function isSettled(status: string): boolean {
  return !status.endsWith("_IN_PROGRESS") || status === "REVIEW_IN_PROGRESS";
}

/** Whether a stack ended as a deployment should. */
export function isDeployed(status: string): boolean {
  return ["CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"].includes(status);
}
