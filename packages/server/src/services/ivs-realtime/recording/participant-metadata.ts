import type { RecordingThumbnails } from "@rolecast/media";
import { isoSeconds } from "../../../kernel/clock.ts";
import type {
  RecordingMetadata,
  RecordingOutcome,
} from "../../../kernel/recordings/recording-kind.ts";
import { type WrittenMedia, writtenMedia } from "../../../kernel/recordings/written-parts.ts";

export interface ParticipantMetadata extends RecordingMetadata {
  readonly stageArn: string;
  readonly sessionId: string;
  readonly participantId: string;
}

/** Source: IVS Real-Time user guide, "Individual Participant Recording", JSON metadata files. */
export function participantMetadataText(
  { stageArn, sessionId, participantId, startedAtMs, media, written }: ParticipantMetadata,
  outcome: RecordingOutcome,
): string {
  const over = outcome.status === "RECORDING_STARTED" ? undefined : outcome;
  const failed = outcome.status === "RECORDING_ENDED_WITH_FAILURE" ? outcome : undefined;
  const listed = writtenMedia(media, over && written);
  return JSON.stringify({
    version: "v1",
    stage_arn: stageArn,
    session_id: sessionId,
    participant_id: participantId,
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
    path,
    playlist,
    renditions: renditions.map((one) => ({ path: one.path, playlist: one.playlist })),
  };
}

/** `media/thumbnails/high`, and of the latest one also the file's name. */
function pictures({ path }: RecordingThumbnails) {
  const [media, kind, rendition] = path.split("/");
  return { path: `${media}/${kind}`, renditions: [{ path: rendition }] };
}

/** `<stage>/<session>/<participant>/2026-01-02T03-04-05Z`. */
export function participantPrefix(
  stageId: string,
  sessionId: string,
  participantId: string,
  startedAtMs: number,
): string {
  const time = isoSeconds(startedAtMs).replaceAll(":", "-");
  return [stageId, sessionId, participantId, time].join("/");
}
