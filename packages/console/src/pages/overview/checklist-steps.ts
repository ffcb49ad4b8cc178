/** The account's resources, as far as the checklist looks at them; undefined: not known yet. */
export interface Stock {
  readonly buckets: number | undefined;
  readonly configurations: number | undefined;
  /** Channels that record. */
  readonly recordingChannels: number | undefined;
  readonly liveStreams: number | undefined;
  readonly recordings: number | undefined;
}

export interface Step {
  readonly id: string;
  readonly text: string;
  readonly place: string;
  readonly state: "done" | "open" | "unknown";
}

/** The steps from nothing to a recording, ticked off by what is there. */
export function checklistSteps(stock: Stock): readonly Step[] {
  const { buckets, configurations, recordingChannels, liveStreams, recordings } = stock;
  // A recording shows that somebody has streamed.
  const streamed =
    liveStreams === undefined && recordings === undefined
      ? undefined
      : (liveStreams ?? 0) + (recordings ?? 0);
  return [
    {
      ...{ id: "bucket", text: "Create a bucket", place: "#/s3/buckets" },
      state: stateOf(buckets),
    },
    {
      ...{ id: "configuration", text: "Create a recording configuration for it" },
      ...{ place: "#/ivs/recording-configurations", state: stateOf(configurations) },
    },
    {
      ...{ id: "channel", text: "Create a channel that records with it" },
      ...{ place: "#/ivs/channels/create", state: stateOf(recordingChannels) },
    },
    {
      ...{ id: "stream", text: "Stream with OBS or ffmpeg, and watch" },
      ...{ place: "#/ivs/channels", state: stateOf(streamed) },
    },
    {
      ...{ id: "recording", text: "Play the recording" },
      ...{ place: "#/ivs/recordings", state: stateOf(recordings) },
    },
  ];
}

function stateOf(count: number | undefined): Step["state"] {
  if (count === undefined) return "unknown";
  return count > 0 ? "done" : "open";
}
