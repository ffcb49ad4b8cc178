import type { RecordingThumbnails } from "@rolecast/media";
import { isoSeconds } from "../../../kernel/clock.ts";
import type {
  RecordingMetadata,
  RecordingOutcome,
} from "../../../kernel/recordings/recording-kind.ts";
import { type WrittenMedia, writtenMedia } from "../../../kernel/recordings/written-parts.ts";

export interface CompositionMetadata extends RecordingMetadata {
  readonly stageArn: string;
}

/** Source: IVS Real-Time user guide, "Composite Recording", JSON metadata files. */
export function compositionMetadataText(
  { stageArn, startedAtMs, media, written }: CompositionMetadata,
  outcome: RecordingOutcome,
): string {
  const over = outcome.status === "RECORDING_STARTED" ? undefined : outcome;
  const failed = outcome.status === "RECORDING_ENDED_WITH_FAILURE" ? outcome : undefined;
  const listed = writtenMedia(media, over && written);
  return JSON.stringify({
    version: "v1",
    stage_arn: stageArn,
    recording_started_at: isoSeconds(startedAtMs),
    ...(over && { recording_ended_at: isoSeconds(over.endedAtMs) }),
    recording_status: outcome.status,
    ...(failed && { recording_status_message: failed.message }),
    media: {
      ...(listed.hls && { hls: hls(media.hlsPath, listed.hls, over?.durationMs) }),
      ...(listed.thumbnails && { thumbnails: pictures(listed.thumbnails) }),
      ...(listed.latestThumbnail && { latest_thumbnail: pictures(listed.latestThumbnail) }),
    },
  });
}

function hls(
  path: string,
  { playlist, renditions }: NonNullable<WrittenMedia["hls"]>,
  durationMs: number | undefined,
) {
  return {
    ...(durationMs !== undefined && { duration_ms: Math.round(durationMs) }),
    ...{ path, playlist },
    renditions: renditions.map((one) => ({
      ...{ path: one.path, playlist: one.playlist },
      ...resolution(one),
    })),
  };
}

/** `media/thumbnails/1280x720`, and of the latest one also the file's name. */
function pictures({ path, width, height }: RecordingThumbnails) {
  const [media, kind, folder] = path.split("/");
  const resolutions = [{ path: folder, ...resolution({ width, height }) }];
  return { path: `${media}/${kind}`, resolutions };
}

function resolution({ width, height }: { readonly width: number; readonly height: number }) {
  return { resolution_width: width, resolution_height: height };
}
