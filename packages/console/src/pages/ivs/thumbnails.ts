import {
  type ThumbnailConfiguration,
  type ThumbnailConfigurationResolution,
  ThumbnailConfigurationStorage,
} from "@aws-sdk/client-ivs";

/** Chooses the thumbnails that are recorded with a stream. */
export interface Thumbnails {
  readonly enabled: boolean;
  readonly intervalSeconds: string;
  /** Empty: as the first rendition. */
  readonly resolution: ThumbnailConfigurationResolution | "";
  readonly sequential: boolean;
  readonly latest: boolean;
}

export const NO_THUMBNAILS: Thumbnails = {
  enabled: false,
  intervalSeconds: "60",
  resolution: "",
  sequential: true,
  latest: false,
};

/** Returns the configuration of what was chosen; its storage is empty when neither is. */
export function thumbnailConfiguration(value: Thumbnails): ThumbnailConfiguration {
  if (!value.enabled) return { recordingMode: "DISABLED" };
  return {
    recordingMode: "INTERVAL",
    targetIntervalSeconds: Number(value.intervalSeconds),
    ...(value.resolution === "" ? {} : { resolution: value.resolution }),
    storage: [
      ...(value.sequential ? [ThumbnailConfigurationStorage.SEQUENTIAL] : []),
      ...(value.latest ? [ThumbnailConfigurationStorage.LATEST] : []),
    ],
  };
}
