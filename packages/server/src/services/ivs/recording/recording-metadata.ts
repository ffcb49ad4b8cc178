import type { RecordingMedia, RecordingThumbnails } from "@rolecast/media";
import { isoSeconds } from "../../../kernel/clock.ts";

/** The words of the JSON files; events say the same in others. */
export type RecordingStatus =
  | "RECORDING_STARTED"
  | "RECORDING_ENDED"
  | "RECORDING_ENDED_WITH_FAILURE";

/** Where the files stand below a recording's prefix. */
export const METADATA_PATHS: Readonly<Record<RecordingStatus, string>> = {
  RECORDING_STARTED: "events/recording-started.json",
  RECORDING_ENDED: "events/recording-ended.json",
  RECORDING_ENDED_WITH_FAILURE: "events/recording-failed.json",
};

export interface RecordingMetadata {
  readonly channelArn: string;
  readonly startedAtMs: number;
  readonly media: RecordingMedia;
}

export type RecordingOutcome =
  | { readonly status: "RECORDING_STARTED" }
  | {
      readonly status: "RECORDING_ENDED";
      readonly endedAtMs: number;
      readonly durationMs: number;
    }
  | {
      readonly status: "RECORDING_ENDED_WITH_FAILURE";
      readonly endedAtMs: number;
      readonly durationMs: number;
      /** `InternalServerException` */
      readonly message: string;
    };

/** The text of a metadata file. Source: IVS user guide, "Auto-Record to Amazon S3", JSON metadata. */
export function recordingMetadataText(
  { channelArn, startedAtMs, media }: RecordingMetadata,
  outcome: RecordingOutcome,
): string {
  const over = outcome.status === "RECORDING_STARTED" ? undefined : outcome;
  const failed = outcome.status === "RECORDING_ENDED_WITH_FAILURE" ? outcome : undefined;
  return JSON.stringify({
    version: "v1",
    channel_arn: channelArn,
    recording_started_at: isoSeconds(startedAtMs),
    ...(over && { recording_ended_at: isoSeconds(over.endedAtMs) }),
    recording_status: outcome.status,
    ...(failed && { recording_status_message: failed.message }),
    media: {
      // With renditionSelection NONE there is no playlist to refer to.
      ...(media.renditions.length > 0 && { hls: hls(media, over?.durationMs) }),
      ...(media.thumbnails && { thumbnails: picture(media.thumbnails) }),
      ...(media.additionalThumbnails && {
        additional_thumbnails: media.additionalThumbnails.map(picture),
      }),
      ...(media.latestThumbnail && { latest_thumbnail: picture(media.latestThumbnail) }),
      ...(media.additionalLatestThumbnails && {
        additional_latest_thumbnails: media.additionalLatestThumbnails.map(picture),
      }),
    },
  });
}

function hls(media: RecordingMedia, durationMs: number | undefined) {
  return {
    ...(durationMs !== undefined && { duration_ms: Math.round(durationMs) }),
    path: media.hlsPath,
    playlist: media.playlist,
    byte_range_playlist: media.byteRangePlaylist,
    renditions: media.renditions.map(({ path, playlist, byteRangePlaylist, width, height }) => ({
      path,
      playlist,
      byte_range_playlist: byteRangePlaylist,
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
