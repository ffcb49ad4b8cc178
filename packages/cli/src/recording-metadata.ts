/** A recording as its newest metadata object in the bucket describes it. */
export interface Recording {
  readonly bucket: string;
  /**
   * `ivs/v1/<account>/<channel id>/…/<recording id>` of a channel's, `<stage id>/<session
   * id>/<participant id>/<time>` of a participant's, without a slash at its end.
   */
  readonly prefix: string;
  /** A participant's is `<participant id>-<time>`: several may begin in the same second. */
  readonly id: string;
  readonly channelArn?: string;
  readonly stageArn?: string;
  readonly participantId?: string;
  readonly startedAt: string;
  readonly state: "RECORDING_STARTED" | "RECORDING_ENDED" | "RECORDING_ENDED_WITH_FAILURE";
  /** 0 while it runs. */
  readonly durationMs: number;
  readonly renditions: readonly string[];
  /** `media/hls/master.m3u8`; a recording of nothing but thumbnails has none. */
  readonly playlist?: string;
}

interface Metadata {
  readonly channel_arn?: string;
  readonly stage_arn?: string;
  readonly participant_id?: string;
  readonly recording_started_at: string;
  readonly recording_status: Recording["state"];
  readonly media: {
    readonly hls?: {
      readonly duration_ms?: number;
      readonly path: string;
      readonly playlist: string;
      readonly renditions: readonly { readonly path: string }[];
    };
  };
}

/** The folders of a channel's recording, of a participant's, or of a composition's. */
const CHANNELS = /^ivs\/v1\/\d+(?:\/\w+)+\/(?<id>[A-Za-z0-9]+)$/;
const STAGES =
  /^\w+\/(?:st-\w+\/(?<who>[\w-]+)\/(?<at>[\dTZ-]+)|(?<of>\w+)\/(?<to>\w+)\/composite)$/;
const METADATA = /^(?<prefix>.+)\/events\/recording-(?<state>started|ended|failed)\.json$/;
/** The folder of a stage, which has its id's name. */
const STAGE_FOLDER = /^[A-Za-z0-9]{12}\/$/;

/** The prefix of a channel's recordings, or of all channels'. */
export function channelsPrefix(channelArn: string | undefined): string {
  const [, , , , account, resource] = channelArn?.split(":") ?? [];
  return resource ? `ivs/v1/${account}/${resource.split("/")[1]}/` : "ivs/v1/";
}

/** The prefix of a stage's recordings. */
export function stagePrefix(stageArn: string): string {
  return `${stageArn.split("/").at(-1)}/`;
}

/** Says whether a folder at the top of a bucket may be a stage's. */
export function isStagePrefix(folder: string): boolean {
  return STAGE_FOLDER.test(folder);
}

/** Says whether an object describes a recording. */
export function isMetadata(key: string): boolean {
  return idOf(METADATA.exec(key)?.groups?.prefix ?? "") !== undefined;
}

/** Returns the newest object of each recording: ended or failed, else started. */
export function newestMetadata(keys: readonly string[]): readonly string[] {
  const newest = new Map<string, string>();
  for (const key of keys) {
    const { prefix, state } = METADATA.exec(key)?.groups ?? {};
    if (prefix === undefined || idOf(prefix) === undefined) continue;
    if (state !== "started" || !newest.has(prefix)) newest.set(prefix, key);
  }
  return [...newest.values()];
}

function idOf(prefix: string): string | undefined {
  const { id } = CHANNELS.exec(prefix)?.groups ?? {};
  if (id !== undefined) return id;
  const { who, at, of, to } = STAGES.exec(prefix)?.groups ?? {};
  if (who !== undefined) return `${who}-${at}`;
  return of && `${of}-${to}`;
}

/** Reads a metadata object; undefined for a document of another form. */
export function parseRecording(bucket: string, key: string, text: string): Recording | undefined {
  const metadata = metadataIn(text);
  if (metadata === undefined) return undefined;
  const { channel_arn: channelArn, stage_arn: stageArn, participant_id: participantId } = metadata;
  const prefix = METADATA.exec(key)?.groups?.prefix ?? "";
  const { hls } = metadata.media;
  return {
    bucket,
    prefix,
    id: idOf(prefix) ?? "",
    ...(channelArn !== undefined && { channelArn }),
    ...(stageArn !== undefined && { stageArn }),
    ...(participantId !== undefined && { participantId }),
    startedAt: metadata.recording_started_at,
    state: metadata.recording_status,
    durationMs: hls?.duration_ms ?? 0,
    renditions: hls?.renditions.map(({ path }) => path) ?? [],
    ...(hls && { playlist: `${hls.path}/${hls.playlist}` }),
  };
}

function metadataIn(text: string): Metadata | undefined {
  try {
    const found = JSON.parse(text) as Metadata;
    const renditions = found.media.hls?.renditions ?? [];
    const isWhole = typeof found.recording_started_at === "string" && Array.isArray(renditions);
    return isWhole ? found : undefined;
  } catch {
    // Not JSON, or without its members: anybody who writes to the bucket may write such.
    return undefined;
  }
}
