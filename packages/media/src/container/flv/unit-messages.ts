import type { MediaUnit, TrackConfig } from "../../port/media-unit.ts";
import {
  audioConfigTag,
  audioTag,
  bodyOf,
  opusTag,
  videoConfigTag,
  videoTag,
} from "./flv-writer.ts";

const LEADING_TRACK = 0;
const MS = 1_000;

export interface UnitMessagesOptions {
  /** Both take the body of one of FLV's tags, which is a message of RTMP's, and its time. */
  readonly video: (timestampMs: number, body: Buffer) => void;
  readonly audio: (timestampMs: number, body: Buffer) => void;
}

/** Writes units as bodies of FLV's tags: H.264 of the leading track, and sound in AAC or Opus. */
export class UnitMessages {
  readonly takes: ReadonlySet<TrackConfig["codec"]> = new Set(["h264", "aac", "opus"]);
  readonly #options: UnitMessagesOptions;
  readonly #tracks = new Map<number, TrackConfig>();
  #nowMs = 0;

  constructor(options: UnitMessagesOptions) {
    this.#options = options;
  }

  configure(tracks: readonly TrackConfig[]): void {
    for (const track of tracks) {
      const { id, kind, codec, config } = track;
      this.#tracks.set(id, track);
      if (config === undefined || codec === "opus" || (kind === "video" && id !== LEADING_TRACK)) {
        continue;
      }
      const record = Buffer.from(config);
      if (kind === "video") {
        this.#options.video(this.#nowMs, bodyOf(videoConfigTag(0, record)));
      } else {
        this.#options.audio(this.#nowMs, bodyOf(audioConfigTag(0, record)));
      }
    }
  }

  write({ track: id, dts, pts, key, data }: MediaUnit): void {
    const track = this.#tracks.get(id);
    if (track === undefined || (track.kind === "video" && id !== LEADING_TRACK)) {
      return;
    }
    const atMs = Math.round((dts * MS) / track.clockHz);
    this.#nowMs = atMs >>> 0;
    if (track.kind === "video") {
      const compositionMs = Math.round((pts * MS) / track.clockHz) - atMs;
      this.#options.video(this.#nowMs, bodyOf(videoTag(0, compositionMs, key, data)));
      return;
    }
    for (const frame of data) {
      const tag = track.codec === "opus" ? opusTag(0, frame) : audioTag(0, frame);
      this.#options.audio(this.#nowMs, bodyOf(tag));
    }
  }
}
