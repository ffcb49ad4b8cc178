import type * as realTime from "@aws-sdk/client-ivs-realtime";
import type { Checked } from "../../../kernel/checked.ts";

export type RecordingSettings = realTime.AutoParticipantRecordingConfiguration;

/** Sources: IVS Real-Time API Reference, and the AWS CLI's examples of a stage. Seconds. */
const DEFAULTS = {
  mediaTypes: ["AUDIO_VIDEO"],
  thumbnailIntervalSeconds: 60,
  thumbnailStorage: ["SEQUENTIAL"],
  recordingMode: "DISABLED",
  reconnectWindowSeconds: 0,
  segmentSeconds: 6,
} as const;

/**
 * A stage's recording configuration with its defaults filled in. Without a storage configuration
 * participants aren't recorded, and everything else is as if it had not been given.
 */
export function completeRecording(
  given: Checked<RecordingSettings> | undefined,
): RecordingSettings & { readonly storageConfigurationArn: string } {
  const storageConfigurationArn = given?.storageConfigurationArn ?? "";
  const from = storageConfigurationArn === "" ? undefined : given;
  const thumbnails = from?.thumbnailConfiguration;
  return {
    storageConfigurationArn,
    mediaTypes: from?.mediaTypes?.length ? from.mediaTypes : [...DEFAULTS.mediaTypes],
    thumbnailConfiguration: {
      targetIntervalSeconds: thumbnails?.targetIntervalSeconds ?? DEFAULTS.thumbnailIntervalSeconds,
      storage: thumbnails?.storage?.length
        ? [...new Set(thumbnails.storage)]
        : [...DEFAULTS.thumbnailStorage],
      recordingMode: thumbnails?.recordingMode ?? DEFAULTS.recordingMode,
    },
    recordingReconnectWindowSeconds:
      from?.recordingReconnectWindowSeconds ?? DEFAULTS.reconnectWindowSeconds,
    hlsConfiguration: {
      targetSegmentDurationSeconds:
        from?.hlsConfiguration?.targetSegmentDurationSeconds ?? DEFAULTS.segmentSeconds,
    },
    recordParticipantReplicas: from?.recordParticipantReplicas ?? true,
  };
}
