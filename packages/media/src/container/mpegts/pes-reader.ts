import { MediaError } from "../../port/media-error.ts";
import { TS_PAYLOAD_BYTES } from "./transport-stream.ts";

const START_BYTES = 6;
const HEADER_BYTES = 9;

/** One PES packet's payload with its times, in ticks of 90 kHz and 33 bits. */
export interface PesUnit {
  readonly pts: number;
  readonly dts: number;
  readonly payload: Buffer;
}

/**
 * Puts the PES packets of one PID together (ISO/IEC 13818-1, 2.4.3.6). A damaged one is left out
 * whole.
 */
export class PesReader {
  readonly #bytesMax: number;
  readonly #onUnit: (unit: PesUnit) => void;
  #parts: Buffer[] = [];
  #bytes = 0;
  #isOpen = false;
  #isStuffed = false;

  /** Past `bytesMax` a unit ends the stream: MediaError `limit`. */
  constructor(bytesMax: number, onUnit: (unit: PesUnit) => void) {
    this.#bytesMax = bytesMax;
    this.#onUnit = onUnit;
  }

  /**
   * A packet's payload; `starts` says that a PES packet begins with it, `stuffed` that the payload
   * didn't fill it.
   */
  push(payload: Buffer, starts: boolean, stuffed: boolean): void {
    if (starts) {
      this.finish();
      this.#isOpen = true;
    } else if (!this.#isOpen) {
      return;
    }
    this.#isStuffed = stuffed;
    this.#parts.push(payload);
    this.#bytes += payload.length;
    // However little of it is payload, a packet is kept whole.
    const keptBytes = Math.max(this.#bytes, this.#parts.length * TS_PAYLOAD_BYTES);
    if (keptBytes > this.#bytesMax) {
      throw new MediaError("limit", `a picture is larger than ${this.#bytesMax} bytes`);
    }
    const length = this.#announcedBytes();
    if (length !== 0 && this.#bytes >= length) {
      this.finish();
    }
  }

  /**
   * The stream is over: what can't have been the last packet of a unit means that others are
   * missing.
   */
  end(): void {
    if (this.#isStuffed) {
      this.finish();
    }
    this.lose();
  }

  /** Completes the unit that has begun: another one begins. */
  finish(): void {
    if (this.#isOpen) {
      const announced = this.#announcedBytes();
      const bytes = this.#parts.length === 1 ? this.#parts[0] : Buffer.concat(this.#parts);
      this.lose();
      if (bytes !== undefined && bytes.length >= announced) {
        const unit = parsePes(announced === 0 ? bytes : bytes.subarray(0, announced));
        if (unit !== undefined) {
          this.#onUnit(unit);
        }
      }
    }
  }

  /** Packets are missing. */
  lose(): void {
    this.#parts = [];
    this.#bytes = 0;
    this.#isOpen = false;
  }

  /** Bytes of the whole packet; 0 where its end is the beginning of the next, as pictures may. */
  #announcedBytes(): number {
    const first = this.#parts[0];
    const length = first !== undefined && first.length >= START_BYTES ? first.readUInt16BE(4) : 0;
    return length === 0 ? 0 : length + START_BYTES;
  }
}

/** Undefined for what is malformed, or has no time. */
function parsePes(bytes: Buffer): PesUnit | undefined {
  if (bytes.length < HEADER_BYTES || bytes.readUIntBE(0, 3) !== 1) {
    return undefined;
  }
  const flags = (bytes[7] ?? 0) >> 6;
  const start = HEADER_BYTES + (bytes[8] ?? 0);
  const timesBytes = flags === 3 ? 10 : 5;
  if (flags < 2 || start > bytes.length || start < HEADER_BYTES + timesBytes) {
    return undefined;
  }
  const pts = readTime(bytes, HEADER_BYTES);
  const dts = flags === 3 ? readTime(bytes, HEADER_BYTES + 5) : pts;
  return { pts, dts, payload: bytes.subarray(start) };
}

function readTime(bytes: Buffer, offset: number): number {
  const high = (bytes.readUInt8(offset) >> 1) & 7;
  const middle = bytes.readUInt16BE(offset + 1) >> 1;
  const low = bytes.readUInt16BE(offset + 3) >> 1;
  return high * 2 ** 30 + middle * 2 ** 15 + low;
}
