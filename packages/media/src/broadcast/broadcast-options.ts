import type { LiveChannel } from "../hls/live-channel.ts";
import type { MediaHost } from "../port/host.ts";
import type { LadderPlan, SourceLimits } from "../port/ladder.ts";
import type { MediaLimits } from "../port/limits.ts";
import type { MediaContainer } from "../port/publish.ts";
import type { RecordingPlan } from "../port/recording.ts";
import type { MultitrackPlan } from "../port/source.ts";
import type { SpillFolder } from "../recording/spill-folder.ts";
import type { ThumbnailDecoder } from "../recording/thumbnail-decoder.ts";
import type { TranscodeCapacity } from "../transcode/transcode-capacity.ts";

/** The parts that a ladder is made with. */
export interface TranscodePlan {
  readonly ladder: LadderPlan;
  /** Path of ffmpeg. */
  readonly program: string;
  readonly capacity: TranscodeCapacity;
}

/** Everything a broadcast needs from the engine. */
export interface BroadcastOptions {
  readonly streamName: string;
  readonly streamId: string;
  /** Undefined when nothing is recorded. */
  readonly recording: RecordingPlan | undefined;
  readonly thumbnailDecoder: ThumbnailDecoder | undefined;
  readonly spill: SpillFolder | undefined;
  readonly live: LiveChannel;
  readonly container: MediaContainer;
  /** Segments listed in live playlists; undefined for the default. */
  readonly listedSegments: number | undefined;
  /** Segments are served in parts, before they are complete. */
  readonly lowLatency: boolean;
  readonly host: MediaHost;
  readonly limits: MediaLimits;
  readonly now: () => number;
  readonly monotonicMs: () => number;
  /** The limits of the source; undefined for none. */
  readonly sourceLimits: SourceLimits | undefined;
  /** Undefined where the source has one video track. */
  readonly multitrack: MultitrackPlan | undefined;
  /** Undefined where the source is served as it comes. */
  readonly transcode: TranscodePlan | undefined;
  /** Called once, when the broadcast is over but its recording may not be. */
  readonly onOver: () => void;
}
