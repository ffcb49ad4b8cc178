import { bitrate, targetDurationSeconds } from "./playlist-tags.ts";

/** RFC 8216, section 4.1: sets of segments last this much of the target duration at least, … */
const SHARE_MIN = 0.5;
/** … and this much at most. */
const SHARE_MAX = 1.5;

interface Piece {
  readonly bytes: number;
  readonly durationMs: number;
}

/**
 * The peak segment bit rate of media that grows: that of the largest contiguous set of segments
 * that lasts about a target duration. A keyframe in a segment of a few milliseconds is none.
 */
export class PeakBitrate {
  /** The latest pieces, the last one last, which a set may begin with. */
  #latest: Piece[] = [];
  #longestMs = 0;
  #peak = 0;
  #bytes = 0;
  #durationMs = 0;

  add(piece: Piece): void {
    this.#bytes += piece.bytes;
    this.#durationMs += piece.durationMs;
    this.#longestMs = Math.max(this.#longestMs, piece.durationMs);
    const targetMs = targetDurationSeconds([this.#longestMs]) * 1_000;
    this.#latest.push(piece);
    let bytes = 0;
    let durationMs = 0;
    for (let index = this.#latest.length - 1; index >= 0; index -= 1) {
      const one = this.#latest[index];
      bytes += one?.bytes ?? 0;
      durationMs += one?.durationMs ?? 0;
      if (durationMs > targetMs * SHARE_MAX) {
        this.#latest = this.#latest.slice(index + 1);
        return;
      }
      if (durationMs >= targetMs * SHARE_MIN) {
        this.#peak = Math.max(this.#peak, bitrate(bytes, durationMs));
      }
    }
  }

  /** Bits per second; the average where everything is shorter than half a target duration. */
  get bitsPerSecond(): number {
    return this.#peak === 0 ? bitrate(this.#bytes, this.#durationMs) : this.#peak;
  }
}
