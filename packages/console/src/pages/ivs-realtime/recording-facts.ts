import type {
  AutoParticipantRecordingConfiguration,
  ParticipantRecordingMediaType,
} from "@aws-sdk/client-ivs-realtime";

/** How participants of a stage are recorded, as its form holds it. */
export interface RecordingSettings {
  /** Empty: they aren't recorded. */
  readonly storageConfigurationArn: string;
  readonly mediaType: ParticipantRecordingMediaType;
  readonly thumbnails: boolean;
}

export const MEDIA_TYPES = [
  { value: "AUDIO_VIDEO", label: "Sound and picture" },
  { value: "AUDIO_ONLY", label: "Sound only" },
  { value: "NONE", label: "Thumbnails only" },
] as const satisfies readonly {
  readonly value: ParticipantRecordingMediaType;
  readonly label: string;
}[];

export function recordingSettings(
  recorded: AutoParticipantRecordingConfiguration | undefined,
): RecordingSettings {
  return {
    storageConfigurationArn: recorded?.storageConfigurationArn ?? "",
    mediaType: recorded?.mediaTypes?.[0] ?? "AUDIO_VIDEO",
    thumbnails: recorded?.thumbnailConfiguration?.recordingMode === "INTERVAL",
  };
}

/** Without a storage configuration IVS resets everything else. */
export function recordingInput(
  { storageConfigurationArn, mediaType, thumbnails }: RecordingSettings,
  before: AutoParticipantRecordingConfiguration | undefined,
): AutoParticipantRecordingConfiguration {
  if (storageConfigurationArn === "") return { storageConfigurationArn };
  return {
    ...before,
    storageConfigurationArn,
    mediaTypes: [mediaType],
    thumbnailConfiguration: {
      ...before?.thumbnailConfiguration,
      recordingMode: thumbnails ? "INTERVAL" : "DISABLED",
    },
  };
}
