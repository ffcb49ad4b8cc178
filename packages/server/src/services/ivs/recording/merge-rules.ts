import assert from "node:assert";
import type { RecordingStart, VideoMedia } from "@rolecast/media";

/*
 * Source: IVS user guide, "Auto-Record to Amazon S3", merging fragmented streams. Where it names no
 * number, the choice is said.
 */

/** Streams of one recording. */
export const MERGED_STREAMS_MAX = 20;
/** From the first stream's start; a later reconnect begins a new recording. */
export const MERGED_DURATION_MAX_MS = 48 * 60 * 60_000;
/** How far a stream's bitrate may be from the first one's, as a part of it. */
const BITRATE_DEVIATION_MAX = 0.5;

interface VideoTraits {
  readonly width: number;
  readonly height: number;
  /** Whole frames: 29.97 and 30 are the same. */
  readonly frameRate: number;
  /** RFC 6381. */
  readonly videoCodec: string;
}

/** The traits of a stream that the next one must share to go on with its recording. */
export interface MergeTraits extends VideoTraits {
  /** The further tracks of a multitrack source; undefined without any. */
  readonly furtherVideo?: readonly VideoTraits[] | undefined;
  /** RFC 6381; empty without audio. */
  readonly audioCodec: string;
  /** Bits per second as announced by the encoder, else as measured at its beginning. */
  readonly bitrate: number;
  /** Folders of the renditions: the files of one go on where they were. */
  readonly renditions: readonly string[];
}

/** A recording that may go on. */
export interface EarlierRecording {
  /** The traits of its first stream. */
  readonly traits: MergeTraits;
  readonly streams: number;
  readonly startedAtMs: number;
  readonly closesAtMs: number;
}

export interface NextStream {
  readonly traits: MergeTraits;
  readonly connectedAtMs: number;
  readonly startedAtMs: number;
}

export function mergeTraits({ stream, media }: RecordingStart): MergeTraits {
  assert(stream, "a channel's recording knows what is streamed");
  const { video, furtherVideo, audio } = stream;
  return {
    ...videoTraits(video),
    furtherVideo: furtherVideo?.map(videoTraits),
    audioCodec: audio?.codec ?? "",
    bitrate: video.targetBitrate + (audio?.targetBitrate ?? 0),
    renditions: media.renditions.map(({ path }) => path).toSorted(),
  };
}

function videoTraits({ width, height, frameRate, codec }: VideoMedia): VideoTraits {
  return { width, height, frameRate: Math.round(frameRate), videoCodec: codec };
}

/** Why a stream begins a recording of its own; undefined when it goes on with the earlier one. */
export function whyNotMerged(earlier: EarlierRecording, next: NextStream): string | undefined {
  const { bitrate: firstBitrate, ...first } = earlier.traits;
  const { bitrate, ...own } = next.traits;
  if (next.connectedAtMs > earlier.closesAtMs) return "the reconnect window is over";
  if (earlier.streams >= MERGED_STREAMS_MAX)
    return `the recording has ${MERGED_STREAMS_MAX} streams already`;
  if (next.startedAtMs - earlier.startedAtMs >= MERGED_DURATION_MAX_MS)
    return "the recording began 48 hours ago";
  if (JSON.stringify(own) !== JSON.stringify(first))
    return "the size, the frame rate, a codec or the renditions differ from the first stream's";
  if (Math.abs(bitrate - firstBitrate) > firstBitrate * BITRATE_DEVIATION_MAX)
    return "the bitrate differs by more than half from the first stream's";
  return undefined;
}
