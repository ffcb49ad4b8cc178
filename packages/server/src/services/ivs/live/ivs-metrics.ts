type Dimension =
  | "Channel"
  | "Channel and Track"
  | "Channel and ViewerCountryCode"
  | "Health"
  | "account";

interface IvsMetric {
  /** CloudWatch's. */
  readonly unit: "Bits/Second" | "Count" | "Count/Second" | "Seconds";
  /**
   * The dimensions that tell it apart; `account`: none, over all channels. Tracks are `Track0`,
   * `Track1`, …
   */
  readonly by: readonly Dimension[];
  readonly meaning: string;
}

/** The metrics of the namespace `AWS/IVS`. Source: IVS user guide, "Monitoring with CloudWatch". */
export const IVS_METRICS = {
  IngestBitrate: {
    unit: "Bits/Second",
    by: ["Channel", "account"],
    meaning: "video and audio from the encoder",
  },
  IngestVideoBitrate: {
    unit: "Bits/Second",
    by: ["Channel", "Channel and Track"],
    meaning: "video from the encoder",
  },
  IngestAudioBitrate: {
    unit: "Bits/Second",
    by: ["Channel", "Channel and Track"],
    meaning: "audio from the encoder",
  },
  IngestFramerate: {
    unit: "Count/Second",
    by: ["Channel", "Channel and Track", "account"],
    meaning: "pictures from the encoder",
  },
  KeyframeInterval: {
    unit: "Seconds",
    by: ["Channel", "Channel and Track"],
    meaning: "from one keyframe to the next",
  },
  ConcurrentViews: { unit: "Count", by: ["Channel", "account"], meaning: "who watches now" },
  ConcurrentStreams: { unit: "Count", by: ["Health", "account"], meaning: "live streams" },
  LiveInputTime: {
    unit: "Seconds",
    by: ["Channel", "account"],
    meaning: "time that was streamed, to be summed up",
  },
  LiveDeliveredTime: {
    unit: "Seconds",
    by: ["Channel", "Channel and ViewerCountryCode", "account"],
    meaning: "the same times the viewers; by country with a `geoipDatabase`",
  },
  RecordedTime: {
    unit: "Seconds",
    by: ["Channel", "account"],
    meaning: "time that was recorded, to be summed up",
  },
} as const satisfies Readonly<Record<string, IvsMetric>>;

export type IvsMetricName = keyof typeof IVS_METRICS;
