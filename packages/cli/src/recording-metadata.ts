/** A recording as its newest metadata object in the bucket describes it. */
export interface Recording {
  readonly bucket: string;
  /** `ivs/v1/<account>/<channel id>/…/<recording id>`, without a slash at its end. */
  readonly prefix: string;
  readonly id: string;
  readonly channelArn: string;
  readonly startedAt: string;
  readonly state: "RECORDING_STARTED" | "RECORDING_ENDED" | "RECORDING_ENDED_WITH_FAILURE";
  /** 0 while it runs. */
  readonly durationMs: number;
  readonly renditions: readonly string[];
  /** `media/hls/master.m3u8`. */
  readonly playlist: string;
}

interface Metadata {
  readonly channel_arn: string;
  readonly recording_started_at: string;
  readonly recording_status: Recording["state"];
  readonly media: {
    readonly hls: {
      readonly duration_ms?: number;
      readonly path: string;
      readonly playlist: string;
      readonly renditions: readonly { readonly path: string }[];
    };
  };
}

const METADATA = /^(.+\/([A-Za-z0-9]+))\/events\/recording-(started|ended|failed)\.json$/;

/** The prefix of a channel's recordings, or of all. */
export function recordingsPrefix(channelArn: string | undefined): string {
  const [, , , , account, resource] = channelArn?.split(":") ?? [];
  return resource ? `ivs/v1/${account}/${resource.split("/")[1]}/` : "ivs/v1/";
}

/** Says whether an object describes a recording. */
export function isMetadata(key: string): boolean {
  return METADATA.test(key);
}

/** Returns the newest object of each recording: ended or failed, else started. */
export function newestMetadata(keys: readonly string[]): readonly string[] {
  const newest = new Map<string, string>();
  for (const key of keys) {
    const [, recording, , state] = METADATA.exec(key) ?? [];
    if (recording === undefined) continue;
    if (state !== "started" || !newest.has(recording)) newest.set(recording, key);
  }
  return [...newest.values()];
}

/** Reads a metadata object. */
export function parseRecording(bucket: string, key: string, text: string): Recording {
  const metadata = JSON.parse(text) as Metadata;
  const [, prefix = "", id = ""] = METADATA.exec(key) ?? [];
  const { hls } = metadata.media;
  return {
    bucket,
    prefix,
    id,
    channelArn: metadata.channel_arn,
    startedAt: metadata.recording_started_at,
    state: metadata.recording_status,
    durationMs: hls.duration_ms ?? 0,
    renditions: hls.renditions.map(({ path }) => path),
    playlist: `${hls.path}/${hls.playlist}`,
  };
}
