import type { Event } from "@aws-sdk/client-cloudtrail";
import { type ParsedRecord, userNameOf } from "../record/event-attributes.ts";
import { resourceName } from "../record/resource-names.ts";

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
