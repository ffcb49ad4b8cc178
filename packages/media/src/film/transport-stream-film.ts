import { parseAacConfig } from "../codec/aac-config.ts";
import { splitAnnexB } from "../codec/annex-b.ts";
import { parseAvcConfig } from "../codec/avc-config.ts";
import type { VideoConfig } from "../codec/video-config.ts";
import { FragmentWriter } from "../container/fmp4/fragment-writer.ts";
import { TICKS_PER_SECOND, toTicks } from "../container/media-clock.ts";
import { TransportStreamUnits } from "../ingest/transport-stream-units.ts";
import type { MediaLimits } from "../port/limits.ts";
import { MediaError } from "../port/media-error.ts";
import type { MediaUnit, TrackConfig, UnitSink } from "../port/media-unit.ts";
import type { FilmPart } from "./film-part.ts";
import { withDuration } from "./mp4-boxes.ts";

/** Media time 0 isn't 0 in segments; a film begins at 0. */
const ORIGIN_MS = toTicks(0) / (TICKS_PER_SECOND / 1_000);
const SOUND_FRAGMENT_MS = 2_000;
/** The length of a stretch's last picture, where there was only one. */
const PICTURE_MS = 33;

export interface TransportStreamFilmOptions {
  readonly hasVideo: boolean;
  readonly durationMs: number;
  readonly limits: Pick<MediaLimits, "messageBytesMax" | "segmentBytesMax">;
}

/**
 * Makes MP4 of recorded transport streams, without decoding anything: one fragment for each
 * keyframe interval. The configuration that the film begins with is in its head; a later one of the
 * pictures travels with its keyframe, and sound in another one is left out.
 */
export class TransportStreamFilm implements FilmPart, UnitSink {
  readonly takes = new Set(["h264", "aac"] as const);
  readonly #options: TransportStreamFilmOptions;
  readonly #writer: FragmentWriter;
  readonly #out: Buffer[] = [];
  #units: TransportStreamUnits;
  #video: VideoConfig | undefined;
  /** NAL units that the next keyframe needs before it. */
  #inBand: readonly Buffer[] = [];
  #audio: Buffer | undefined;
  #isMuted = false;
  #isBegun = false;
  #startMs = 0;
  /** The time of the stretch's first frame, in its own clock. */
  #baseMs: number | undefined;
  #lastMs = 0;
  #frameMs = PICTURE_MS;
  #fragmentMs = 0;

  constructor(options: TransportStreamFilmOptions) {
    this.#options = options;
    this.#writer = new FragmentWriter(options.hasVideo);
    this.#units = this.#newUnits();
  }

  begin(startMs: number): void {
    this.#units.finish();
    this.#units = this.#newUnits();
    // The files' lengths are rounded: time never goes back.
    this.#startMs = this.#isBegun ? Math.max(startMs, this.#lastMs + this.#frameMs) : startMs;
    this.#baseMs = undefined;
  }

  push(bytes: Buffer): void {
    this.#units.push(bytes);
    if (this.#writer.length > this.#options.limits.segmentBytesMax) {
      throw new MediaError("limit", "the recording has no keyframes");
    }
  }

  endFile(): void {}

  finish(): void {
    this.#units.finish();
    this.#endFragment(this.#lastMs + this.#frameMs);
  }

  take(): Buffer {
    return Buffer.concat(this.#out.splice(0));
  }

  configure(tracks: readonly TrackConfig[]): void {
    for (const { kind, config } of tracks) {
      if (config === undefined) continue;
      if (kind === "video") this.#configureVideo(parseAvcConfig(Buffer.from(config)));
      else this.#configureAudio(Buffer.from(config));
    }
  }

  write({ track, dts, pts, key, data }: MediaUnit): void {
    const isVideo = track === 0;
    const ms = toMs(dts);
    if (this.#baseMs === undefined) {
      if (isVideo ? !key : this.#options.hasVideo) return;
      this.#baseMs = ms;
    }
    const filmMs = this.#startMs + ms - this.#baseMs;
    if (isVideo) this.#picture(filmMs, toMs(pts - dts), key, data);
    else if (filmMs >= 0 && !this.#isMuted) this.#sound(filmMs, data);
  }

  #newUnits(): TransportStreamUnits {
    return new TransportStreamUnits(this, this.#options.limits.messageBytesMax);
  }

  #configureVideo(config: VideoConfig): void {
    if (this.#isBegun && this.#video?.record.equals(config.record) === false) {
      this.#inBand = splitAnnexB(config.parameterSets);
    }
    if (!this.#isBegun) this.#writer.setVideoConfig(config);
    this.#video = config;
  }

  #configureAudio(record: Buffer): void {
    if (this.#audio === undefined) {
      this.#audio = record;
      this.#writer.setAudioConfig(parseAacConfig(record), undefined);
    }
    this.#isMuted = !this.#audio.equals(record);
  }

  #picture(filmMs: number, offsetMs: number, key: boolean, data: readonly Buffer[]): void {
    if (key) {
      this.#endFragment(filmMs);
      this.#begin();
    }
    const units = key && this.#inBand.length > 0 ? [...this.#inBand, ...data] : data;
    if (key) this.#inBand = [];
    const dtsMs = filmMs - ORIGIN_MS;
    this.#writer.video({ dtsMs, ptsMs: dtsMs + offsetMs, keyframe: key, units });
    this.#goOn(filmMs);
  }

  #sound(filmMs: number, data: readonly Buffer[]): void {
    if (!this.#options.hasVideo) {
      if (filmMs - this.#fragmentMs >= SOUND_FRAGMENT_MS) {
        this.#endFragment(filmMs);
        this.#fragmentMs = filmMs;
      }
      this.#begin();
      this.#goOn(filmMs);
    }
    for (const frame of data) this.#writer.audio(filmMs - ORIGIN_MS, frame);
  }

  #goOn(filmMs: number): void {
    if (filmMs > this.#lastMs) this.#frameMs = Math.min(filmMs - this.#lastMs, 1_000);
    this.#lastMs = filmMs;
  }

  #begin(): void {
    this.#writer.begin(!this.#isBegun);
    if (this.#isBegun) return;
    this.#isBegun = true;
    const { init } = this.#writer;
    if (init) this.#out.push(withDuration(init.body, this.#options.durationMs));
  }

  #endFragment(endMs: number): void {
    if (!this.#isBegun) return;
    this.#writer.flush(endMs - ORIGIN_MS);
    this.#out.push(this.#writer.take());
  }
}

function toMs(ticks: number): number {
  return Math.round((ticks * 1_000) / TICKS_PER_SECOND);
}
