import { isoSeconds } from "../../../kernel/clock.ts";
import type { AwsEvent } from "../../../kernel/events.ts";
import { type ResourceLocation, resourceArn } from "../resource-arn.ts";

/*
 * Names and fields follow the IVS user guide, "Using Amazon EventBridge with Amazon IVS". Its table
 * and real events differ in one thing: recording events have no `event_name`.
 */

/** `detail-type` of the events that this server sends. */
export type IvsEventType =
  | "IVS Stream State Change"
  | "IVS Stream Health Change"
  | "IVS Recording State Change";

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
  const named =
    type === "IVS Recording State Change" ? { recording_status: name } : { event_name: name };
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
      ...named,
      ...(code === undefined ? {} : { code }),
      channel_name: subject.channelName,
      stream_id: subject.streamId,
      ...detail,
    },
  };
}
