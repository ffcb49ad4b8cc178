import { isoSeconds } from "../../../kernel/clock.ts";
import type { AwsEvent } from "../../../kernel/events.ts";
import type { ResourceLocation } from "../../../kernel/tagged-resources/resource-arns.ts";
import { arns } from "../resource-arn.ts";

/*
 * Names and fields follow the IVS user guide, "Using Amazon EventBridge with Amazon IVS". Its table
 * and real events differ in one thing: recording events and breaches have no `event_name`.
 */

/**
 * The events that this server sends: for each `detail-type` the field of `detail` that holds its
 * name, and what each name means.
 */
export const IVS_EVENTS = {
  "IVS Stream State Change": {
    nameField: "event_name",
    names: {
      "Session Created": "An encoder was let in with a stream key.",
      "Stream Start": "The stream can be watched.",
      "Stream End": "Nothing comes from the encoder any more.",
      "Stream Failure": "The stream was ended before it could be watched; `reason` says why.",
      "Session Ended": "The channel is free for the next encoder.",
      "Stream Takeover": "A second encoder went on in the first one's place (`?priority=`).",
      "Stream Takeover Failure": "A second encoder was refused; `code` says why.",
    },
  },
  "IVS Stream Health Change": {
    nameField: "event_name",
    names: {
      "Starvation Start": "The encoder sends less than its stream needs.",
      "Starvation End": "It sends enough again.",
    },
  },
  "IVS Limit Breach": {
    nameField: "limit_name",
    names: {
      "Ingest Bitrate": "More bits a second than the channel's type allows; the stream is ended.",
      "Ingest Resolution": "A larger picture than the channel's type allows; the stream is ended.",
      "Concurrent Broadcasts": "More streams than the account's quota; the last one is refused.",
      "Concurrent Viewers": "More viewers than the account's quota; the last one is answered 429.",
    },
  },
  "IVS Ad Break State Change": {
    nameField: "event_name",
    names: {
      "Ad Break Inserted": "InsertAdBreak was answered; `target_start_time` says when it begins.",
    },
  },
  "IVS Recording State Change": {
    nameField: "recording_status",
    names: {
      "Recording Start": "The first file of the recording is in the bucket.",
      "Recording End": "The recording is complete, `recording-ended.json` is written.",
      "Recording Start Failure": "The first object was refused; nothing is written.",
      "Recording End Failure":
        "The recording broke off; `recording-failed.json` says what is there.",
    },
  },
} as const;

export type IvsEventType = keyof typeof IVS_EVENTS;
type NameOf<T extends IvsEventType> = keyof (typeof IVS_EVENTS)[T]["names"];

/** The broadcast that an event is about. */
export interface EventSubject extends ResourceLocation {
  readonly channelId: string;
  readonly channelName: string;
  readonly streamId: string;
}

/** The facts of an occurrence beside its name. */
export interface OccurrenceFacts {
  readonly code?: string;
  /** Counts as a stream's error: ListStreamSessions says `hasErrorEvent`. */
  readonly failure?: boolean;
  readonly atMs: number;
  /** Fields of `detail` beside the name, the channel's name and the stream's id. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** An occurrence that is kept with the stream session and published to the bus. */
export type IvsOccurrence = {
  [T in IvsEventType]: OccurrenceFacts & { readonly type: T; readonly name: NameOf<T> };
}[IvsEventType];

/** `Stream Start`, …: the names of one type of event. */
export type StreamStateName = NameOf<"IVS Stream State Change">;
export type RecordingStateName = NameOf<"IVS Recording State Change">;

const ACCOUNT_LIMIT_UNITS = {
  "Concurrent Broadcasts": "active streams",
  "Concurrent Viewers": "viewers",
} as const;

export interface AccountBreach {
  readonly name: keyof typeof ACCOUNT_LIMIT_UNITS;
  readonly limitValue: number;
  readonly exceededBy: number;
  /** ISO 8601, whole seconds. */
  readonly time: string;
}

/** A breach that is no channel's. */
export function accountBreachEvent(
  { accountId, region }: ResourceLocation,
  { name, limitValue, exceededBy, time }: AccountBreach,
  id: string,
): AwsEvent {
  return {
    version: "0",
    id,
    "detail-type": "IVS Limit Breach",
    source: "aws.ivs",
    account: accountId,
    time,
    region,
    resources: [],
    detail: {
      limit_name: name,
      limit_value: limitValue,
      exceeded_by: exceededBy,
      limit_unit: ACCOUNT_LIMIT_UNITS[name],
    },
  };
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
    resources: [arns.arn(subject, "channel", subject.channelId)],
    detail: {
      [IVS_EVENTS[type].nameField]: name,
      ...(code === undefined ? {} : { code }),
      channel_name: subject.channelName,
      stream_id: subject.streamId,
      ...detail,
    },
  };
}
