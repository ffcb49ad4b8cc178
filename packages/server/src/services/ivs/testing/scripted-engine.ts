import {
  type EngineHealth,
  type MediaEngine,
  type MediaHost,
  type RecordingFileRow,
  type RecordingMedia,
  renderRecordingPlaylists,
  type StreamMedia,
  type StreamStatus,
} from "@rolecast/media";

const MEDIA: StreamMedia = {
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

/** Tells a host what the real engine tells of a broadcast, in its order, without any media. */
export class ScriptedEngine implements MediaEngine {
  readonly #host: MediaHost;

  constructor(host: MediaHost) {
    this.#host = host;
  }

  /** One broadcast from its first event to its last; `files` are recorded, none: no media came. */
  async broadcast(streamName: string, streamId: string, files: number): Promise<void> {
    const host = this.#host;
    const about = { streamName, streamId, atMs: 1_000 };
    const connection = { connectionId: "c1", remoteAddress: "::1", secure: true, recording: true };
    host.event({ ...about, type: "session-created", ...connection });
    if (files === 0) {
      host.event({ ...about, type: "session-ended", reason: "idle", message: "" });
      host.event({ ...about, type: "recording-complete", durationMs: 0, files: 0, gaps: 0 });
      return;
    }
    host.event({ ...about, type: "media-info", media: MEDIA });
    host.event({ ...about, type: "stream-start" });
    const rows: RecordingFileRow[] = [];
    let failure = await this.#start(about);
    for (let index = 0; index < files && failure === undefined; index++) {
      const row = fileRow(index);
      failure = await this.#put(about, `media/hls/360p30/${index}.ts`, "ts", row);
      if (failure !== undefined) break;
      rows.push(row);
      failure = await this.#putPlaylists(about, rows);
    }
    const atMs = 1_000 + files * FILE_MS;
    host.event({ ...about, atMs, type: "stream-end", durationMs: files * FILE_MS });
    const reason = "publisher-finished";
    host.event({ ...about, atMs, type: "session-ended", reason, message: "" });
    const totals = { durationMs: rows.length * FILE_MS, files: rows.length, gaps: 0 };
    if (failure === undefined)
      host.event({ ...about, atMs, type: "recording-complete", ...totals });
    else host.event({ ...about, atMs, type: "recording-failed", ...totals, message: failure });
  }

  async start() {
    return { rtmpPort: 1, rtmpsPort: 2 };
  }

  async close(): Promise<void> {}

  async stopStream(): Promise<boolean> {
    return false;
  }

  async multivariantPlaylist(_streamName: string, baseUrl: string): Promise<string> {
    return `${baseUrl}chunked/playlist.m3u8`;
  }

  async mediaPlaylist(_streamName: string, rendition: string): Promise<string | undefined> {
    return rendition === "chunked" ? "#EXTM3U" : undefined;
  }

  async segment(_streamName: string, rendition: string, sequence: number) {
    return rendition === "chunked" && sequence === 7 ? Buffer.from("segment") : undefined;
  }

  async streams(): Promise<StreamStatus[]> {
    return [];
  }

  async health(): Promise<EngineHealth> {
    throw new Error("The script says nothing of health");
  }

  /** Resolves to a failure's message. */
  async #start({ streamName, streamId }: About) {
    const start = { streamName, streamId, startedAtMs: 1_000, bitrate: 1_000_000 };
    try {
      await this.#host.startRecording({ ...start, stream: MEDIA, media: RECORDING });
      return undefined;
    } catch (error) {
      return String(error);
    }
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
    const object = { streamName, streamId, path, contentType: "", body: Buffer.from(text) };
    try {
      await this.#host.putRecordingObject(row ? { ...object, row } : object);
      return undefined;
    } catch (error) {
      return String(error);
    }
  }
}

interface About {
  readonly streamName: string;
  readonly streamId: string;
}

function fileRow(index: number): RecordingFileRow {
  return {
    rendition: "360p30",
    index,
    durationMs: FILE_MS,
    length: 2,
    programDateTimeMs: 1_000 + index * FILE_MS,
    discontinuity: false,
    byteRanges: [{ offset: 0, length: 2, durationMs: FILE_MS }],
  };
}
