import type { MediaUnit, TrackConfig } from "../port/media-unit.ts";

/** Memory that waiting costs beside the bytes of the media. */
const OVERHEAD_BYTES = 256;

/** One track's unit, or a configuration for the units after it. */
export interface Timed {
  readonly kind: "video" | "audio";
  /** Decoding time in ticks of the clock that all tracks share; never wraps. */
  readonly ticks: number;
  /** Bytes of memory that wait with it, which may be more than its own. */
  readonly heldBytes: number;
  readonly content: MediaUnit | TrackConfig;
}

export interface InterleaverOptions {
  /** A track is waited for until the other one is so far ahead, or so large. */
  readonly waitTicksMax: number;
  readonly waitBytesMax: number;
  readonly onNext: (timed: Timed) => void;
}

/**
 * Puts the units of two tracks in the order of their times. Each comes in order by itself, but a
 * transport stream may carry a second of sound at once, long after the pictures that it belongs to.
 */
export class Interleaver {
  readonly #options: InterleaverOptions;
  /** As in the options, which are where it begins. */
  waitTicksMax: number;
  readonly #tracks: Record<Timed["kind"], Timed[]> = { video: [], audio: [] };
  #bytes = 0;
  /** True when both tracks are expected. */
  #pair = false;

  constructor(options: InterleaverOptions) {
    this.#options = options;
    this.waitTicksMax = options.waitTicksMax;
  }

  set pair(pair: boolean) {
    this.#pair = pair;
    this.#release();
  }

  push(timed: Timed): void {
    this.#tracks[timed.kind].push(timed);
    this.#bytes += timed.heldBytes + OVERHEAD_BYTES;
    this.#release();
  }

  /** Gives away everything that waits: nothing more comes. */
  finish(): void {
    this.pair = false;
  }

  #release(): void {
    const { video, audio } = this.#tracks;
    for (;;) {
      const [picture] = video;
      const [sound] = audio;
      if (picture === undefined && sound === undefined) {
        return;
      }
      const isBehind = picture === undefined || sound === undefined;
      if (isBehind && this.#pair && !this.#isLongEnough(picture === undefined ? audio : video)) {
        return;
      }
      const soundIsNext =
        picture === undefined || (sound !== undefined && sound.ticks <= picture.ticks);
      const timed = (soundIsNext ? audio : video).shift();
      if (timed !== undefined) {
        this.#bytes -= timed.heldBytes + OVERHEAD_BYTES;
        this.#options.onNext(timed);
      }
    }
  }

  #isLongEnough(track: readonly Timed[]): boolean {
    const { waitBytesMax } = this.#options;
    const span = (track.at(-1)?.ticks ?? 0) - (track[0]?.ticks ?? 0);
    return span < 0 || span > this.waitTicksMax || this.#bytes > waitBytesMax;
  }
}
