import type { StreamEventBody } from "../port/events.ts";
import type { MediaHost } from "../port/host.ts";
import type { MediaLimits } from "../port/limits.ts";
import type { RecordingPlan } from "../port/recording.ts";
import type { SegmentKeeper } from "./segment-keeper.ts";
import type { SpillFolder } from "./spill-folder.ts";
import type { ThumbnailDecoder } from "./thumbnail-decoder.ts";

type RecordingLimits = Pick<
  MediaLimits,
  | "recordingFileDurationMs"
  | "recordingMemoryBytesMax"
  | "recordingFailuresMax"
  | "lastThumbnailMaxMs"
>;

export interface RecordingOptions {
  readonly streamName: string;
  readonly streamId: string;
  readonly plan: RecordingPlan;
  readonly limits: RecordingLimits;
  /** Undefined where nothing can be decoded: there are no thumbnails then. */
  readonly decoder: Pick<ThumbnailDecoder, "decode"> | undefined;
  /** Undefined: files wait in memory only. */
  readonly spill: SpillFolder | undefined;
  /** Undefined: what isn't in the bucket when the process dies is lost. */
  readonly keeper?: SegmentKeeper | undefined;
  readonly start: MediaHost["startRecording"];
  readonly put: MediaHost["putRecordingObject"];
  readonly publish: (event: StreamEventBody) => void;
}
