import type { AwsEvent, EventBus } from "../../../kernel/events.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import { IVS_EVENTS } from "./ivs-event.ts";

/** Logs when streams and recordings begin, end and fail. Returns the way to stop. */
export function logIvsEvents(events: EventBus, log: Log): () => void {
  return events.subscribe((event) => {
    // Stages have the same source, and events of their own.
    if (event.source !== "aws.ivs" || !Object.hasOwn(IVS_EVENTS, event["detail-type"])) return;
    const { channel_name: channel, stream_id: streamId } = event.detail;
    const fields = { channel, streamId };
    const sentence = sentenceOf(event);
    if (sentence === undefined) return;
    if ("failure" in sentence) log.warn(fields, sentence.failure);
    else log.info(fields, sentence.usual);
  });
}

/** The events of a channel that people who watch a server want to know. */
function sentenceOf({
  detail,
}: AwsEvent): { readonly usual: string } | { readonly failure: string } | undefined {
  const { channel_name: name, event_name, recording_status, limit_name } = detail;
  const channel = `channel ${name === "" ? String(detail.stream_id) : String(name)}`;
  switch (event_name ?? recording_status ?? limit_name) {
    case "Stream Start":
      return { usual: `${channel} is live` };
    case "Stream End":
      return { usual: `${channel} has ended` };
    case "Stream Failure":
      return { failure: `${channel} failed: ${detail.reason}` };
    case "Recording Start":
      return { usual: `${channel} is being recorded to ${placeOf(detail)}` };
    case "Recording End":
      return { usual: `${channel} is recorded in ${placeOf(detail)}, ${lengthOf(detail)}` };
    case "Recording Start Failure":
    case "Recording End Failure":
      return { failure: `recording of ${channel} failed: ${detail.recording_status_reason}` };
    case "Ingest Bitrate":
    case "Ingest Resolution":
      return { failure: `${channel} is over its limit: ${limit_name} ${detail.limit_value}` };
    default:
      return undefined;
  }
}

function placeOf(detail: AwsEvent["detail"]): string {
  return `s3://${detail.recording_s3_bucket_name}/${detail.recording_s3_key_prefix}`;
}

function lengthOf({ recording_duration_ms: ms }: AwsEvent["detail"]): string {
  const seconds = Math.round(Number(ms) / 1_000);
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds} s` : `${minutes} min ${seconds % 60} s`;
}
