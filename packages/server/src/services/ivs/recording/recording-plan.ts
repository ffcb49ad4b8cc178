import type * as ivs from "@aws-sdk/client-ivs";
import type { HeightRange, RecordingPlan, ThumbnailPlan } from "@rolecast/media";
import {
  readRenditionConfiguration,
  readThumbnailConfiguration,
} from "../recording-configurations/recording-configuration-view.ts";
import type { ChannelRow, RecordingConfigurationRow } from "../tables.ts";

/** Source: IVS user guide, "Auto-Record to Amazon S3", resolutions of renditions and thumbnails. */
const HEIGHTS: Readonly<Record<ivs.RenditionConfigurationRendition, HeightRange>> = {
  LOWEST_RESOLUTION: { above: 0, upTo: 360 },
  SD: { above: 360, upTo: 480 },
  HD: { above: 480, upTo: 720 },
  FULL_HD: { above: 720, upTo: 1_080 },
};

/** The plan by which the media engine records with a configuration. */
export function recordingPlan(
  configuration: RecordingConfigurationRow,
  channel: ChannelRow,
): RecordingPlan {
  return {
    renditions: renditions(readRenditionConfiguration(configuration), channel),
    thumbnails: thumbnails(readThumbnailConfiguration(configuration)),
  };
}

/** BASIC channels have one rendition: CUSTOM has no effect there. Source: IVS API Reference. */
function renditions(
  configuration: ivs.RenditionConfiguration,
  channel: ChannelRow,
): RecordingPlan["renditions"] {
  const { renditionSelection, renditions: chosen = [] } = configuration;
  if (renditionSelection === "NONE") return "none";
  if (renditionSelection !== "CUSTOM" || channel.type === "BASIC") return "all";
  return chosen.map((rendition) => HEIGHTS[rendition]);
}

function thumbnails(configuration: ivs.ThumbnailConfiguration): ThumbnailPlan | undefined {
  const { recordingMode, targetIntervalSeconds = 60, resolution, storage = [] } = configuration;
  if (recordingMode !== "INTERVAL") return undefined;
  return {
    intervalMs: targetIntervalSeconds * 1_000,
    heights: resolution && HEIGHTS[resolution],
    sequential: storage.includes("SEQUENTIAL"),
    latest: storage.includes("LATEST"),
  };
}
