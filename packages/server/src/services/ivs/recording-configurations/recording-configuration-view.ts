import type * as ivs from "@aws-sdk/client-ivs";
import { readTags } from "../../../kernel/tagged-resources/tags.ts";
import { validation } from "../errors.ts";
import { arns } from "../resource-arn.ts";
import type { RecordingConfigurationRow } from "../tables.ts";

/** Seconds between thumbnails when none are given. Source: IVS API, ThumbnailConfiguration. */
const TARGET_INTERVAL_DEFAULT_SECONDS = 60;

export function recordingConfigurationArn(row: RecordingConfigurationRow): string {
  const at = { accountId: row.account_id, region: row.region };
  return arns.arn(at, "recording-configuration", row.id);
}

export function recordingConfigurationState(
  row: RecordingConfigurationRow,
  nowMs: number,
): ivs.RecordingConfigurationState {
  return nowMs < row.settles_at_ms ? "CREATING" : row.settled_state;
}

export function recordingConfigurationSummary(
  row: RecordingConfigurationRow,
  nowMs: number,
): ivs.RecordingConfigurationSummary {
  return {
    arn: recordingConfigurationArn(row),
    name: row.name,
    destinationConfiguration: { s3: { bucketName: row.bucket_name } },
    state: recordingConfigurationState(row, nowMs),
    tags: readTags(row.tags),
  };
}

export function recordingConfigurationView(
  row: RecordingConfigurationRow,
  nowMs: number,
): ivs.RecordingConfiguration {
  return {
    ...recordingConfigurationSummary(row, nowMs),
    thumbnailConfiguration: readThumbnailConfiguration(row),
    recordingReconnectWindowSeconds: row.reconnect_window_seconds,
    renditionConfiguration: readRenditionConfiguration(row),
  };
}

export function readThumbnailConfiguration(
  row: RecordingConfigurationRow,
): ivs.ThumbnailConfiguration {
  const configuration: ivs.ThumbnailConfiguration = JSON.parse(row.thumbnail_configuration);
  return configuration;
}

export function readRenditionConfiguration(
  row: RecordingConfigurationRow,
): ivs.RenditionConfiguration {
  const configuration: ivs.RenditionConfiguration = JSON.parse(row.rendition_configuration);
  return configuration;
}

/** Fills in the defaults. Throws ValidationException where members contradict each other. */
export function completeThumbnailConfiguration(
  given: ivs.ThumbnailConfiguration | undefined,
): ivs.ThumbnailConfiguration {
  const recordingMode = given?.recordingMode ?? "INTERVAL";
  if (recordingMode === "DISABLED") {
    if (given?.targetIntervalSeconds !== undefined)
      throw validation("targetIntervalSeconds is only allowed with recordingMode INTERVAL");
    return { recordingMode };
  }
  return {
    recordingMode,
    targetIntervalSeconds: given?.targetIntervalSeconds ?? TARGET_INTERVAL_DEFAULT_SECONDS,
    ...(given?.resolution === undefined ? {} : { resolution: given.resolution }),
    storage: given?.storage?.length ? [...new Set(given.storage)] : ["SEQUENTIAL"],
  };
}

/**
 * Fills in the defaults. Renditions that CUSTOM doesn't ask for are kept and without effect (IVS
 * API Reference). Throws ValidationException where CUSTOM has none.
 */
export function completeRenditionConfiguration(
  given: ivs.RenditionConfiguration | undefined,
): ivs.RenditionConfiguration {
  const renditionSelection = given?.renditionSelection ?? "ALL";
  const renditions = [...new Set(given?.renditions ?? [])];
  if (renditionSelection === "CUSTOM" && renditions.length === 0)
    throw validation("renditions is required when renditionSelection is CUSTOM");
  return { renditionSelection, renditions };
}
