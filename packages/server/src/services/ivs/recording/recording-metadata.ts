import type { RecordingThumbnails } from "@rolecast/media";
import { isoSeconds } from "../../../kernel/clock.ts";
import type {
  RecordingMetadata,
  RecordingOutcome,
} from "../../../kernel/recordings/recording-kind.ts";
import { type WrittenMedia, writtenMedia } from "../../../kernel/recordings/written-parts.ts";

export interface ChannelRecordingMetadata extends RecordingMetadata {
  readonly channelArn: string;
}

/**
 * The text of a metadata file. Source: IVS user guide, "Auto-Record to Amazon S3", JSON metadata.
 */
export function recordingMetadataText(
  { channelArn, startedAtMs, media, written }: ChannelRecordingMetadata,
  outcome: RecordingOutcome,
): string {
  const over = outcome.status === "RECORDING_STARTED" ? undefined : outcome;
  const failed = outcome.status === "RECORDING_ENDED_WITH_FAILURE" ? outcome : undefined;
  const listed = writtenMedia(media, over && written);
  return JSON.stringify({
    version: "v1",
    channel_arn: channelArn,
    recording_started_at: isoSeconds(startedAtMs),
    ...(over && { recording_ended_at: isoSeconds(over.endedAtMs) }),
    recording_status: outcome.status,
    ...(failed && { recording_status_message: failed.message }),
    media: {
      ...(listed.hls && { hls: hls(media.hlsPath, listed.hls, over?.durationMs) }),
      ...(listed.thumbnails && { thumbnails: picture(listed.thumbnails) }),
      ...(listed.additionalThumbnails && {
        additional_thumbnails: listed.additionalThumbnails.map(picture),
      }),
      ...(listed.latestThumbnail && { latest_thumbnail: picture(listed.latestThumbnail) }),
      ...(listed.additionalLatestThumbnails && {
        additional_latest_thumbnails: listed.additionalLatestThumbnails.map(picture),
      }),
    },
  });
}

/** The duration alone, which is 0, while nothing is in the bucket. */
function hls(
  folder: string,
  written: NonNullable<WrittenMedia["hls"]>,
  durationMs: number | undefined,
) {
  const duration = durationMs !== undefined && { duration_ms: Math.round(durationMs) };
  const { playlist, byteRangePlaylist, renditions } = written;
  if (playlist === undefined && renditions.length === 0 && durationMs === 0) return duration;
  return {
    ...duration,
    path: folder,
    playlist,
    byte_range_playlist: byteRangePlaylist,
    renditions: renditions.map(({ path, width, height, ...rendition }) => ({
      path,
      playlist: rendition.playlist,
      byte_range_playlist: rendition.byteRangePlaylist,
      // A rendition of sound alone has no size.
      ...(height > 0 && { resolution_height: height, resolution_width: width }),
    })),
  };
}

function picture({ path, width, height }: RecordingThumbnails) {
  return { path, resolution_height: height, resolution_width: width };
}

/** `ivs/v1/<account>/<channel>/<year>/<month>/<day>/<hour>/<minute>/<id>`: UTC, nothing padded. */
export function recordingPrefix(
  accountId: string,
  channelId: string,
  recordingId: string,
  startedAtMs: number,
): string {
  const at = new Date(startedAtMs);
  const minute = [
    at.getUTCFullYear(),
    at.getUTCMonth() + 1,
    at.getUTCDate(),
    at.getUTCHours(),
    at.getUTCMinutes(),
  ];
  return ["ivs", "v1", accountId, channelId, ...minute, recordingId].join("/");
}
