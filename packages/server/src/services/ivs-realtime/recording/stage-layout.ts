import type { RecordingLayout, RecordingPlan, ThumbnailPlan } from "@rolecast/media";
import type { RecordingSettings } from "../stages/recording-settings.ts";

/** The one rendition of a participant's recording, which is what its best layer was. */
export const RENDITION_NAME = "high";

/** Source: IVS Real-Time user guide, "Individual Participant Recording", recording contents. */
const LAYOUT: RecordingLayout = {
  playlist: "multivariant.m3u8",
  byteRangePlaylist: undefined,
  firstNumber: 1,
  thumbnailFolder: RENDITION_NAME,
  thumbnailPrefix: "",
  finalType: "VOD",
};

/** The plan by which the media engine records participants of a stage. */
export function participantPlan({
  mediaTypes = [],
  thumbnailConfiguration,
  hlsConfiguration,
}: RecordingSettings): RecordingPlan {
  return {
    renditions: mediaTypes.includes("NONE") ? "none" : "all",
    thumbnails: thumbnailConfiguration && thumbnails(thumbnailConfiguration),
    layout: LAYOUT,
    fileDurationMs: (hlsConfiguration?.targetSegmentDurationSeconds ?? 6) * 1_000,
  };
}

function thumbnails({
  recordingMode,
  targetIntervalSeconds = 60,
  storage = [],
}: NonNullable<RecordingSettings["thumbnailConfiguration"]>): ThumbnailPlan | undefined {
  if (recordingMode !== "INTERVAL") return undefined;
  return {
    intervalMs: targetIntervalSeconds * 1_000,
    heights: undefined,
    sequential: storage.includes("SEQUENTIAL"),
    latest: storage.includes("LATEST"),
  };
}
