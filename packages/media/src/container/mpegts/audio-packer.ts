import {
  AAC_SAMPLES_PER_FRAME,
  type AacConfig,
  ADTS_FRAME_BYTES_MAX,
  ADTS_HEADER_BYTES,
  writeAdtsHeader,
} from "../../codec/aac-config.ts";
import { MediaError } from "../../port/media-error.ts";
import { TICKS_PER_MS, TICKS_PER_SECOND } from "../media-clock.ts";

/** Frames are joined up to this: an AAC frame alone would leave a third of its packets empty. */
const PACK_TICKS = 100 * TICKS_PER_MS;
/**
 * RTMP's milliseconds are rounded; nearer than this to the sample clock, the sample clock is right.
 */
const ROUNDING_TICKS = 5 * TICKS_PER_MS;
/** A PES length has 16 bits; a pack is flushed before the next frame could pass it. */
const PACK_BYTES_MAX = 48 * 1024;

/** Gathers AAC frames into packs of ADTS and replaces rounded timestamps by the sample clock's. */
export class AudioPacker {
  readonly #onPack: (ptsTicks: number, frames: Buffer) => void;
  readonly #scratch = Buffer.allocUnsafeSlow(
    PACK_BYTES_MAX + ADTS_FRAME_BYTES_MAX + ADTS_HEADER_BYTES,
  );
  #length = 0;
  #startTicks = 0;
  /** Time of the next frame if it follows without a gap. */
  #nextTicks: number | undefined;

  constructor(onPack: (ptsTicks: number, frames: Buffer) => void) {
    this.#onPack = onPack;
  }

  /** Copies the frame. Throws MediaError `limit` for one that ADTS can't hold. */
  add(config: AacConfig, ticks: number, frame: Buffer): void {
    if (frame.length + ADTS_HEADER_BYTES > ADTS_FRAME_BYTES_MAX) {
      throw new MediaError("limit", `an AAC frame has ${frame.length} bytes`);
    }
    let startTicks = ticks;
    if (this.#nextTicks !== undefined) {
      const follows = Math.abs(ticks - this.#nextTicks) <= ROUNDING_TICKS;
      startTicks = follows ? this.#nextTicks : ticks;
      if (!follows) {
        this.flush();
      }
    }
    if (this.#length === 0) {
      this.#startTicks = startTicks;
    }
    writeAdtsHeader(config, frame.length, this.#scratch, this.#length);
    frame.copy(this.#scratch, this.#length + ADTS_HEADER_BYTES);
    this.#length += ADTS_HEADER_BYTES + frame.length;
    this.#nextTicks = startTicks + (AAC_SAMPLES_PER_FRAME * TICKS_PER_SECOND) / config.sampleRate;
    if (this.#nextTicks - this.#startTicks >= PACK_TICKS || this.#length >= PACK_BYTES_MAX) {
      this.flush();
    }
  }

  /** Forgets what isn't flushed and where the next frame belongs. */
  clear(): void {
    this.#length = 0;
    this.#nextTicks = undefined;
  }

  flush(): void {
    if (this.#length > 0) {
      this.#onPack(Math.round(this.#startTicks), this.#scratch.subarray(0, this.#length));
      this.#length = 0;
    }
  }
}
