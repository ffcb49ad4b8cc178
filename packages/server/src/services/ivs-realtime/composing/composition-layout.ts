import type * as realTime from "@aws-sdk/client-ivs-realtime";
import type { RecordingPlan, ThumbnailPlan } from "@rolecast/media";
import type { StoredDestination, StoredPicture } from "../rows/compositions.ts";

/** Source: IVS Real-Time API Reference, CompositionRecordingHlsConfiguration. */
const SEGMENT_SECONDS_DEFAULT = 2;

/** The plan by which the media engine records a composition for a destination. */
export function compositionPlan({ configuration, picture }: StoredDestination): RecordingPlan {
  const { recordingConfiguration, thumbnailConfigurations = [] } = configuration.s3 ?? {};
  const [thumbnails] = thumbnailConfigurations;
  const { targetSegmentDurationSeconds: seconds = SEGMENT_SECONDS_DEFAULT } =
    recordingConfiguration?.hlsConfiguration ?? {};
  return {
    renditions: "all",
    thumbnails: thumbnails && thumbnailPlan(thumbnails),
    // Source: IVS Real-Time user guide, "Composite Recording", recording contents.
    layout: {
      ...{ playlist: "multivariant.m3u8", byteRangePlaylist: undefined, firstNumber: 1 },
      thumbnailFolder: `${picture.width}x${picture.height}`,
      ...{ thumbnailPrefix: "", finalType: "VOD" },
    },
    fileDurationMs: seconds * 1_000,
  };
}

/** `720p30-` and twelve letters, which are the destination's: it is the same after a restart. */
export function renditionName({ height, framerate }: StoredPicture, id: string): string {
  return `${height}p${Math.round(framerate)}-${id}`;
}

function thumbnailPlan({
  targetIntervalSeconds = 60,
  storage = ["SEQUENTIAL"],
}: realTime.CompositionThumbnailConfiguration): ThumbnailPlan {
  return {
    intervalMs: targetIntervalSeconds * 1_000,
    heights: undefined,
    sequential: storage.includes("SEQUENTIAL"),
    latest: storage.includes("LATEST"),
  };
}
