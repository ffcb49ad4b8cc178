import type { StreamEventBody } from "../port/events.ts";
import { Recording } from "../recording/recording.ts";
import type { BroadcastOptions } from "./broadcast-options.ts";

/** The recording of a broadcast, before it has media; undefined where nothing is recorded. */
export function broadcastRecording(
  options: BroadcastOptions,
  publish: (event: StreamEventBody) => void,
): Recording | undefined {
  const { host, limits, recording: plan, streamName, streamId, spill } = options;
  return (
    plan &&
    new Recording({
      streamName,
      streamId,
      plan,
      limits,
      decoder: options.thumbnailDecoder,
      spill,
      keeper: spill?.keeperOf(streamId),
      start: (start) => host.startRecording(start),
      put: (object) => host.putRecordingObject(object),
      publish: publish,
    })
  );
}
