/** What a tag costs beside its body. */
const TAG_OVERHEAD_BYTES = 256;

/** A tag's body with its time. */
export interface TimedTag {
  readonly track: "video" | "audio";
  /** Decoding time; never wraps. */
  readonly timeMs: number;
  readonly body: Buffer;
}

export interface InterleaverOptions {
  /** A track is waited for until the other one is so far ahead, or so large. */
  readonly waitMsMax: number;
  readonly waitBytesMax: number;
  readonly onTag: (tag: TimedTag) => void;
}

/**
 * Puts the tags of two tracks in the order of their times. Each comes in order by itself, but a transport stream may carry
 * a second of sound at once, long after the pictures that it belongs to.
 */
export class Interleaver {
  readonly #options: InterleaverOptions;
  readonly #tracks: Record<TimedTag["track"], TimedTag[]> = { video: [], audio: [] };
  #bytes = 0;
  /** Whether both tracks are to come. */
  #pair = false;

  constructor(options: InterleaverOptions) {
    this.#options = options;
  }

  set pair(pair: boolean) {
    this.#pair = pair;
    this.#release();
  }

  push(tag: TimedTag): void {
    this.#tracks[tag.track].push(tag);
    this.#bytes += tag.body.length + TAG_OVERHEAD_BYTES;
    this.#release();
  }

  /** Nothing more comes. */
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
        picture === undefined || (sound !== undefined && sound.timeMs <= picture.timeMs);
      const tag = (soundIsNext ? audio : video).shift();
      if (tag !== undefined) {
        this.#bytes -= tag.body.length + TAG_OVERHEAD_BYTES;
        this.#options.onTag(tag);
      }
    }
  }

  #isLongEnough(track: readonly TimedTag[]): boolean {
    const { waitMsMax, waitBytesMax } = this.#options;
    const spanMs = (track.at(-1)?.timeMs ?? 0) - (track[0]?.timeMs ?? 0);
    return spanMs < 0 || spanMs > waitMsMax || this.#bytes > waitBytesMax;
  }
}
