import type { MediaLimits } from "@rolecast/media";

/** The media engine's limits that are Amazon IVS's own. */
export const IVS_MEDIA_LIMITS = {
  /** Source: IVS user guide, "Streaming Configuration": a session ends after 30 s without data. */
  idleDeadlineMs: 30_000,
  /** Source: IVS user guide, "Auto-Record to Amazon S3": a recording's files have about 10 s. */
  recordingFileDurationMs: 10_000,
  /** Source: IVS user guide, "Stream Takeover": from 1 to the largest 32-bit signed integer. */
  priorityMax: 2_147_483_647,
  /** The guide says that the number of takeovers is limited, but not the number. */
  takeoversMax: 20,
} as const satisfies Partial<MediaLimits>;
