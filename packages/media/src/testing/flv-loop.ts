import { type FlvTag, readFlv } from "./flv-file.ts";

const SCRIPT = 18;
const AUDIO = 8;
const VIDEO = 9;
/** The interval of encoders' keyframes: the seam of the loop is one like any other. */
const KEYFRAME_INTERVAL_MS = 2_000;

/** A file that plays in real time, over and over. */
export class FlvLoop {
  /** The first messages of an encoder: metadata and the codecs' configurations. */
  readonly headers: readonly FlvTag[];
  readonly #media: readonly FlvTag[];
  readonly #durationMs: number;

  constructor(file: Buffer) {
    const tags = readFlv(file);
    this.headers = tags.filter(isHeader);
    const media = tags.filter((tag) => !isHeader(tag) && !isSequenceEnd(tag));
    const lastMs = media.at(-1)?.timestampMs ?? 0;
    this.#durationMs = Math.round(lastMs / KEYFRAME_INTERVAL_MS) * KEYFRAME_INTERVAL_MS;
    this.#media = media.filter((tag) => tag.timestampMs < this.#durationMs);
  }

  /**
   * One playing of it from the beginning: each call returns what came due since the call before.
   */
  play(): (elapsedMs: number) => FlvTag[] {
    let next = 0;
    let loopMs = 0;
    return (elapsedMs) => {
      const due: FlvTag[] = [];
      for (;;) {
        const tag = this.#media[next];
        if (tag === undefined) {
          next = 0;
          loopMs += this.#durationMs;
          continue;
        }
        const timestampMs = tag.timestampMs + loopMs;
        if (timestampMs > elapsedMs) return due;
        due.push({ ...tag, timestampMs });
        next += 1;
      }
    };
  }
}

/** Encoders give each kind of media a chunk stream of its own. */
export function chunkStreamOf({ type }: FlvTag): number {
  return type === AUDIO ? 4 : 6;
}

function isHeader({ type, body }: FlvTag): boolean {
  return type === SCRIPT || (body[1] === 0 && (type === AUDIO || body[0] === 0x17));
}

/** ffmpeg ends a file with it; here nothing ends. */
function isSequenceEnd({ type, body }: FlvTag): boolean {
  return type === VIDEO && body[1] === 2;
}
