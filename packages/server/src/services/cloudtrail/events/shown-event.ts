import type { Event } from "@aws-sdk/client-cloudtrail";
import { resourceName } from "../record/resource-names.ts";

/** A record as far as the event history looks into it. */
export interface ParsedRecord {
  readonly eventID: string;
  readonly eventName: string;
  readonly eventSource: string;
  readonly eventTime: string;
  readonly readOnly: boolean;
  readonly userIdentity: {
    readonly type: string;
    readonly userName?: string;
    readonly principalId?: string;
    readonly accessKeyId?: string;
  };
  readonly resources?: readonly { readonly type: string; readonly ARN: string }[];
}

/** An event with its record read. */
export interface FoundEvent {
  readonly atMs: number;
  readonly text: string;
  readonly record: ParsedRecord;
}

export function shownEvent({ text, record }: FoundEvent): Event {
  const Username = userNameOf(record);
  const { accessKeyId } = record.userIdentity;
  return {
    EventId: record.eventID,
    EventName: record.eventName,
    ReadOnly: String(record.readOnly),
    ...(accessKeyId === undefined ? {} : { AccessKeyId: accessKeyId }),
    EventTime: new Date(record.eventTime),
    EventSource: record.eventSource,
    ...(Username === undefined ? {} : { Username }),
    Resources: (record.resources ?? []).map(({ type, ARN }) => ({
      ResourceType: type,
      ResourceName: resourceName(ARN),
    })),
    CloudTrailEvent: text,
  };
}

/** Users by name, sessions by theirs. */
function userNameOf({ userIdentity }: ParsedRecord): string | undefined {
  const { type, userName, principalId = "" } = userIdentity;
  if (type === "Root") return "root";
  if (userName !== undefined) return userName;
  const colon = principalId.indexOf(":");
  return colon < 0 ? undefined : principalId.slice(colon + 1);
}

/** Whether an event has what LookupEvents asks for. */
export function hasAttribute(
  { record }: FoundEvent,
  { key, value }: { readonly key: string; readonly value: string },
): boolean {
  switch (key) {
    case "EventId":
      return record.eventID === value;
    case "EventName":
      return record.eventName === value;
    case "ReadOnly":
      return String(record.readOnly) === value;
    case "Username":
      return userNameOf(record) === value;
    case "EventSource":
      return record.eventSource === value;
    case "AccessKeyId":
      return record.userIdentity.accessKeyId === value;
    case "ResourceType":
      return record.resources?.some(({ type }) => type === value) ?? false;
    case "ResourceName":
      return (
        record.resources?.some(({ ARN }) => ARN === value || resourceName(ARN) === value) ?? false
      );
    default:
      return false;
  }
}
