/**
 * A recording's way: `waiting` for media, `starting` while its first object is put, `recording`;
 * with a reconnect window `reconnectable`, complete but for another stream that may go on with it,
 * then `recording` again or `ending` while `recording-ended.json` is put. `failing` while
 * `recording-failed.json` is put; then one of the final ones. `none`: the stream ended before there
 * was any media.
 */
export type RecordingState =
  | "waiting"
  | "starting"
  | "recording"
  | "reconnectable"
  | "ending"
  | "failing"
  | "ended"
  | "failed"
  | "start-failed"
  | "none";

/** The columns that recordings of every service have. */
export interface RecordedRow {
  /** The first stream's: the recording's key, also when others go on with it. */
  readonly stream_id: string;
  readonly account_id: string;
  readonly region: string;
  readonly bucket_name: string;
  /** Empty until it starts. */
  readonly key_prefix: string;
  readonly state: RecordingState;
  readonly created_at_ms: number;
  readonly started_at_ms: number | null;
  readonly ended_at_ms: number | null;
  /** JSON of the engine's RecordingMedia; null until it starts. */
  readonly media: string | null;
  readonly reconnect_window_seconds: number;
  /** JSON list of the ids of its streams, in order. */
  readonly stream_ids: string;
  readonly last_stream_id: string;
  /** JSON of what another stream must share to go on with it; null until it starts. */
  readonly traits: string | null;
  /** While `reconnectable`: when the last stream ended, and until when another may go on. */
  readonly stream_ended_at_ms: number | null;
  readonly closes_at_ms: number | null;
  /** Media time in the bucket; known while `reconnectable` or `ending`. */
  readonly duration_ms: number | null;
  /** Numbered thumbnails in the bucket. */
  readonly thumbnail_count: number;
  /** JSON list of its WrittenParts; null for one that began before they were noted. */
  readonly written: string | null;
  /** The node that writes it. */
  readonly owner: string;
  /** Fencing token: rises whenever somebody else goes on with the recording, and only then. */
  readonly fence: number;
}

/** The members of a recording that change while it lasts. */
export type RecordingChange = Partial<
  Pick<
    RecordedRow,
    | "state"
    | "key_prefix"
    | "started_at_ms"
    | "ended_at_ms"
    | "media"
    | "traits"
    | "stream_ended_at_ms"
    | "closes_at_ms"
    | "duration_ms"
    | "thumbnail_count"
  >
>;

export interface RecordingFileRecord {
  readonly stream_id: string;
  readonly account_id: string;
  readonly region: string;
  readonly rendition: string;
  readonly file_index: number;
  /** JSON of the engine's RecordingFileRow. */
  readonly file: string;
}
