import {
  type EngineHealth,
  type MediaArrival,
  type MediaCompositions,
  type MediaEngine,
  MediaError,
  type MediaForwarding,
  type MediaHost,
  type MediaMirrors,
  type MediaPosition,
  type MediaRecordings,
  type PublishAnswer,
  type RecordingFileRow,
  type RecordingMedia,
  renderRecordingPlaylists,
  type StreamMedia,
  type StreamStatus,
} from "@rolecast/media";

export const SCRIPTED_MEDIA: StreamMedia = {
  video: {
    width: 640,
    height: 360,
    frameRate: 30,
    codec: "avc1.42C01E",
    profile: "Baseline",
    level: "3.0",
    targetBitrate: 1_000_000,
  },
  audio: undefined,
  encoder: "",
};

const RECORDING: RecordingMedia = {
  hlsPath: "media/hls",
  playlist: "master.m3u8",
  byteRangePlaylist: "byte-range-multivariant.m3u8",
  renditions: [
    {
      path: "360p30",
      playlist: "playlist.m3u8",
      byteRangePlaylist: "byte-range-variant.m3u8",
      width: 640,
      height: 360,
      frameRate: 30,
      codecs: "avc1.42C01E",
    },
  ],
};

export const FILE_MS = 10_000;

/** Sends a host the real engine's events of a broadcast, in their order, without any media. */
export class ScriptedEngine implements MediaEngine {
  readonly forwarding: MediaForwarding = {
    openPublication: notScripted,
    openSubscription: notScripted,
    closeForwarding: async () => false,
    steerSubscription: async () => false,
    groupStatus: async () => ({ publications: [], subscriptions: [] }),
  };
  readonly mirrors: MediaMirrors = { openMirror: notScripted, closeMirror: async () => false };
  readonly recordings: MediaRecordings = {
    recordPublication: async () => false,
    stopRecording: async () => false,
  };
  readonly compositions: MediaCompositions = {
    hasRoomFor: async () => "no-ffmpeg",
    startComposition: notScripted,
    changeScene: async () => false,
    stopComposition: async () => false,
  };
  readonly #host: MediaHost;
  readonly #nowMs: () => number;
  /** The steps between a stream's end and its recording's, which a slow bucket delays. */
  betweenEnds: () => Promise<void> = async () => {};

  constructor(host: MediaHost, nowMs: () => number) {
    this.#host = host;
    this.#nowMs = nowMs;
  }

  /**
   * One broadcast from its first event to its last, without waiting for it to go by; `files` are
   * recorded, none: no media came.
   */
  async broadcast(
    streamName: string,
    streamId: string,
    files: number,
    video: Partial<StreamMedia["video"]> = {},
  ): Promise<void> {
    const host = this.#host;
    const startedAtMs = this.#nowMs();
    const about = { streamName, streamId, atMs: startedAtMs };
    const stream = { ...SCRIPTED_MEDIA, video: { ...SCRIPTED_MEDIA.video, ...video } };
    const connection = { connectionId: "c1", remoteAddress: "::1", secure: true, recording: true };
    host.event({ ...about, type: "session-created", ...connection });
    if (files === 0) {
      host.event({ ...about, type: "session-ended", reason: "idle", message: "" });
      host.event({ ...about, type: "recording-complete", durationMs: 0, files: 0, gaps: 0 });
      return;
    }
    host.event({ ...about, type: "media-info", media: stream });
    host.event({ ...about, type: "stream-start" });
    let failure: string | undefined;
    const earlier: readonly RecordingFileRow[] = await host
      .startRecording({ ...about, startedAtMs, stream, media: RECORDING })
      .then(
        (continuation) => continuation.rows,
        (error: unknown) => {
          failure = String(error);
          return [];
        },
      );
    const rows = [...earlier];
    for (let file = 0; file < files && failure === undefined; file++) {
      const row = fileRow(rows.length, startedAtMs + file * FILE_MS, file === 0 && rows.length > 0);
      failure = await this.#put(about, `media/hls/360p30/${row.index}.ts`, "ts", row);
      if (failure !== undefined) break;
      rows.push(row);
      failure = await this.#putPlaylists(about, rows);
    }
    const atMs = startedAtMs + files * FILE_MS;
    host.event({ ...about, atMs, type: "stream-end", durationMs: files * FILE_MS });
    const reason = "publisher-finished";
    host.event({ ...about, atMs, type: "session-ended", reason, message: "" });
    await this.betweenEnds();
    const totals = { durationMs: rows.length * FILE_MS, files: rows.length, gaps: 0 };
    if (failure === undefined)
      host.event({ ...about, atMs, type: "recording-complete", ...totals });
    else host.event({ ...about, atMs, type: "recording-failed", ...totals, message: failure });
  }

  async admitPublishers(): Promise<void> {}

  async start() {
    return { rtmp: 1, rtmps: 2, srt: 3 };
  }

  async close(): Promise<void> {}

  watch = notScripted;

  async negotiate(): Promise<PublishAnswer> {
    return { session: "", description: "" };
  }

  async hangUp(): Promise<boolean> {
    return false;
  }

  async putMetadata(): Promise<boolean> {
    return false;
  }

  async insertAdBreak() {
    return "offline" as const;
  }

  async stopStream(_streamName: string): Promise<boolean> {
    return false;
  }

  async multivariantPlaylist(_streamName: string, baseUrl: string, heightMax = 360) {
    return heightMax < 360 ? undefined : `${baseUrl}chunked/playlist.m3u8`;
  }

  async renditionHeight(_streamName: string, rendition: string) {
    return { chunked: 360, large: 720 }[rendition];
  }

  async mediaPlaylist(
    _streamName: string,
    rendition: string,
    heightMax?: number,
  ): Promise<string | undefined> {
    const named = heightMax === undefined ? "" : `\n# names renditions of up to ${heightMax} lines`;
    return rendition === "720p" ? undefined : `#EXTM3U${named}`;
  }

  async awaitMedia(_streamName: string, _rendition: string, { sequence }: MediaPosition) {
    const arrivals: Readonly<Record<number, MediaArrival>> = { 7: "ready", 8: "timeout" };
    return arrivals[sequence] ?? "too-early";
  }

  async part(_streamName: string, _rendition: string, sequence: number, part: number) {
    return sequence === 7 && part === 0 ? Buffer.from("part") : undefined;
  }

  async segment(_streamName: string, rendition: string, sequence: number) {
    return rendition === "chunked" && sequence === 7 ? Buffer.from("segment") : undefined;
  }

  async initSection(_streamName: string, rendition: string, name: string) {
    return rendition === "chunked" && name === "init-0a.mp4" ? Buffer.from("init") : undefined;
  }

  async streams(): Promise<StreamStatus[]> {
    return [];
  }

  async health(): Promise<EngineHealth> {
    throw new Error("The script says nothing of health");
  }

  async #putPlaylists(about: About, rows: readonly RecordingFileRow[]) {
    let failure: string | undefined;
    for (const { path, body } of renderRecordingPlaylists(rows, RECORDING))
      failure = (await this.#put(about, path, body)) ?? failure;
    return failure;
  }

  /** Resolves to a failure's message. */
  async #put(about: About, path: string, text: string, row?: RecordingFileRow) {
    const { streamName, streamId } = about;
    const object = { streamName, streamId, path, contentType: "", body: [Buffer.from(text)] };
    try {
      await this.#host.putRecordingObject(row ? { ...object, row } : object);
      return undefined;
    } catch (error) {
      return String(error);
    }
  }
}

async function notScripted(): Promise<never> {
  throw new MediaError("engine", "nothing is forwarded here");
}

interface About {
  readonly streamName: string;
  readonly streamId: string;
}

function fileRow(
  index: number,
  programDateTimeMs: number,
  discontinuity: boolean,
): RecordingFileRow {
  return {
    rendition: "360p30",
    index,
    durationMs: FILE_MS,
    length: 2,
    programDateTimeMs,
    discontinuity,
    byteRanges: [{ offset: 0, length: 2, durationMs: FILE_MS }],
  };
}
