import { isoSeconds } from "../../../kernel/clock.ts";
import type { AwsEvent } from "../../../kernel/events.ts";
import { type ResourceLocation, resourceArn } from "../resource-arn.ts";

/*
 * Names and fields follow the IVS user guide, "Using Amazon EventBridge with Amazon IVS". Its table
 * and real events differ in one thing: recording events and breaches have no `event_name`.
 */

/** `detail-type` of the events that this server sends. */
export type IvsEventType =
  | "IVS Stream State Change"
  | "IVS Stream Health Change"
  | "IVS Limit Breach"
  | "IVS Recording State Change";

/** What each of them calls its name. */
const NAME_FIELDS: Readonly<Record<IvsEventType, string>> = {
  "IVS Stream State Change": "event_name",
  "IVS Stream Health Change": "event_name",
  "IVS Limit Breach": "limit_name",
  "IVS Recording State Change": "recording_status",
};

/** The broadcast that an event is about. */
export interface EventSubject extends ResourceLocation {
  readonly channelId: string;
  readonly channelName: string;
  readonly streamId: string;
}

/** Something worth telling: kept with the stream session and sent to the bus. */
export interface IvsOccurrence {
  readonly type: IvsEventType;
  /** `Stream Start`, `Recording End`, …: the event's name or the recording's status. */
  readonly name: string;
  readonly code?: string;
  /** Counts as a stream's error: ListStreamSessions says `hasErrorEvent`. */
  readonly failure?: boolean;
  readonly atMs: number;
  /** Fields of `detail` beside the name, the channel's name and the stream's id. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

export function ivsEvent(subject: EventSubject, occurrence: IvsOccurrence, id: string): AwsEvent {
  const { type, name, code, atMs, detail } = occurrence;
  return {
    version: "0",
    id,
    "detail-type": type,
    source: "aws.ivs",
    account: subject.accountId,
    time: isoSeconds(atMs),
    region: subject.region,
    resources: [resourceArn(subject, "channel", subject.channelId)],
    detail: {
      [NAME_FIELDS[type]]: name,
      ...(code === undefined ? {} : { code }),
      channel_name: subject.channelName,
      stream_id: subject.streamId,
      ...detail,
    },
  };
}
