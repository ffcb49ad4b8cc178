import type { VideoConfig } from "../codec/video-config.ts";
import type { Segment } from "../container/segment.ts";
import { bitrate } from "../hls/playlist-tags.ts";
import type { StreamMedia, TrackMeasurement, VideoMedia } from "../port/source.ts";
import type { KnownTracks } from "./publisher-tracks.ts";

/** Rates that real encoders use: a measured one this near to one of them is that one. */
const USUAL_RATES = [24, 25, 30, 48, 50, 60, 120];
const USUAL_RATE_TOLERANCE = 0.6;

export type MeasuredSegment = Pick<
  Segment,
  "videoBytes" | "audioBytes" | "videoFrames" | "durationMs"
>;

/**
 * Facts of a publisher, once its first segment is complete: what it announces, and what that
 * segment, or `further` tracks, measure where it announces nothing. Undefined before its video
 * configuration came.
 */
export function streamMedia(
  tracks: KnownTracks,
  segment: MeasuredSegment,
  further: readonly TrackMeasurement[],
): StreamMedia | undefined {
  const { video, audio, announced } = tracks;
  if (video === undefined) {
    return undefined;
  }
  const frameRate = announced.frameRate || video.sps.frameRate || measuredRate(segment);
  const { videoBytes, audioBytes, durationMs } = segment;
  const furtherVideo = furtherMedia(tracks, frameRate, further);
  return {
    video: videoMedia(video, frameRate, announced.videoBitrate || bitrate(videoBytes, durationMs)),
    ...(furtherVideo.length > 0 ? { furtherVideo } : {}),
    audio: audio && {
      codec: audio.codec,
      sampleRate: audio.sampleRate,
      channels: audio.channels,
      targetBitrate: announced.audioBitrate || bitrate(audioBytes, durationMs),
    },
    encoder: announced.encoder,
  };
}

function furtherMedia(
  { further, announced }: KnownTracks,
  leaderRate: number,
  measurements: readonly TrackMeasurement[],
): NonNullable<StreamMedia["furtherVideo"]> {
  return [...further]
    .toSorted(([a], [b]) => a - b)
    .map(([track, config]) => {
      const own = announced.further.find((one) => one.track === track);
      const measured = measurements.find((one) => one.track === track);
      const frameRate = own?.frameRate || config.sps.frameRate || leaderRate;
      const targetBitrate = own?.videoBitrate || measured?.videoBitrate || 0;
      return { track, ...videoMedia(config, frameRate, targetBitrate) };
    });
}

function videoMedia(
  { sps: { width, height }, codec, profile, level }: VideoConfig,
  frameRate: number,
  targetBitrate: number,
): VideoMedia {
  return { width, height, frameRate, codec, profile, level, targetBitrate };
}

function measuredRate(segment: MeasuredSegment): number {
  const rate = (segment.videoFrames * 1_000) / Math.max(1, segment.durationMs);
  const usual = USUAL_RATES.find((known) => Math.abs(known - rate) <= USUAL_RATE_TOLERANCE);
  return usual ?? Math.round(rate * 100) / 100;
}
