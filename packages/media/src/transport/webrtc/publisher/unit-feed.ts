import { Interleaver } from "../../../ingest/interleaver.ts";
import type { MediaUnit, TrackConfig, UnitSink } from "../../../port/media-unit.ts";
import { VIDEO_CLOCK_HZ } from "./video-receiver.ts";

/** Converting sound takes up to 350 ms, in steps of 100; pictures wait for it up to this. */
const WAIT_TICKS_MAX = VIDEO_CLOCK_HZ;
const TICKS_PER_MS = VIDEO_CLOCK_HZ / 1_000;
/** Its converter's start takes longer on a busy machine: pictures wait for its first sound. */
const FIRST_WAIT_MS = 5_000;
const FIRST_WAIT_TICKS_MAX = (FIRST_WAIT_MS * VIDEO_CLOCK_HZ) / 1_000;
/** A page whose user hasn't touched it sends no sound, though it has offered it. */
const SOUND_ABSENT_MS = 2_000;

/** Gives the units of both tracks to a sink in the order of their times. */
export class UnitFeed {
  readonly #sink: UnitSink;
  readonly #interleaver: Interleaver;
  #hasSound = false;
  /** Sound is as far as pictures are, for the first time. */
  #isCaughtUp = false;
  #pictureTicks = 0;
  #soundAtMs: number;
  #heardAtMs: number | undefined;

  /**
   * `expectsSound`: pictures wait for the first sound, so that the first segment has both.
   * `elapsedMs` is the time now in the units' time, if that says when they came.
   */
  constructor(
    sink: UnitSink,
    bytesMax: number,
    expectsSound: boolean,
    nowMs: number,
    elapsedMs?: () => number,
  ) {
    this.#sink = sink;
    this.#soundAtMs = nowMs;
    this.#interleaver = new Interleaver({
      waitTicksMax: FIRST_WAIT_TICKS_MAX,
      waitBytesMax: bytesMax,
      onNext: ({ content }) => {
        if ("kind" in content) {
          this.#sink.configure([content]);
        } else {
          if (content.key && elapsedMs !== undefined) {
            const cameMs = content.dts / TICKS_PER_MS;
            this.#sink.delayed?.(Math.max(0, Math.round(elapsedMs() - cameMs)));
          }
          this.#sink.write(content);
        }
      },
    });
    this.#interleaver.pair = expectsSound;
  }

  /** `ticks` of the video's clock, as all times here. */
  configure(track: TrackConfig, ticks: number): void {
    if (track.kind === "audio" && !this.#hasSound) {
      this.#hasSound = true;
      this.#sink.configure([track]);
    } else {
      const heldBytes = track.config?.length ?? 0;
      this.#interleaver.push({ kind: track.kind, ticks, heldBytes, content: track });
    }
  }

  picture(unit: MediaUnit): void {
    this.#pictureTicks = unit.dts;
    this.#push("video", unit);
  }

  /** Sound has come that is yet to be converted. */
  heard(nowMs: number): void {
    this.#heardAtMs ??= nowMs;
    if (!this.#hasSound && nowMs - this.#heardAtMs < FIRST_WAIT_MS) {
      this.#soundAtMs = nowMs;
    }
  }

  sound(unit: MediaUnit, nowMs: number): void {
    this.#soundAtMs = nowMs;
    this.#interleaver.pair = true;
    this.#push("audio", unit);
    if (!this.#isCaughtUp && unit.dts > this.#pictureTicks - WAIT_TICKS_MAX / 2) {
      this.#isCaughtUp = true;
      this.#interleaver.waitTicksMax = WAIT_TICKS_MAX;
    }
  }

  /** Waits no longer for sound that doesn't come. */
  tick(nowMs: number): void {
    if (nowMs - this.#soundAtMs > SOUND_ABSENT_MS) {
      this.#interleaver.pair = false;
    }
  }

  finish(): void {
    this.#interleaver.finish();
  }

  #push(kind: "video" | "audio", content: MediaUnit): void {
    const heldBytes = content.data.reduce((sum, { length }) => sum + length, 0);
    this.#interleaver.push({ kind, ticks: content.dts, heldBytes, content });
  }
}
