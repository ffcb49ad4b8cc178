import { AAC_SAMPLES_PER_FRAME, parseAacConfig } from "../../codec/aac-config.ts";
import { type AdtsHeader, parseAdtsHeader } from "../../codec/adts.ts";

/** Bytes of a header that isn't whole. */
const HEADER_REST_BYTES = 6;

export interface AdtsFrame {
  /** Time in ticks of the unit's clock. */
  readonly ticks: number;
  /** The AudioSpecificConfig that holds from this frame on, where it is new. */
  readonly config: Buffer | undefined;
  /** The raw frame: a view of the unit, or of memory of its own. */
  readonly data: Buffer;
}

/** Reads AAC's frames in ADTS, which may go on from unit to unit. */
export class AdtsFrames {
  readonly #ticksPerSecond: number;
  #rest: Buffer = Buffer.alloc(0);
  #config: Buffer | undefined;
  /** It goes with the next frame. */
  #newConfig: Buffer | undefined;
  #frameTicks = 0;
  #nextTicks = 0;

  constructor(ticksPerSecond: number) {
    this.#ticksPerSecond = ticksPerSecond;
  }

  /**
   * `ticks` is the time of the first frame that begins in the unit. Throws MediaError for AAC that
   * isn't ingested.
   */
  read(unit: Buffer, ticks: number): AdtsFrame[] {
    const bytes = this.#rest.length === 0 ? unit : Buffer.concat([this.#rest, unit]);
    const begins = this.#rest.length;
    const frames: AdtsFrame[] = [];
    let isTimed = false;
    let offset = 0;
    for (;;) {
      const header = this.#next(bytes, offset);
      if (header === undefined) {
        break;
      }
      const { at, frameBytes } = header;
      if (at >= begins && !isTimed) {
        isTimed = true;
        this.#nextTicks = ticks;
      }
      if (at + frameBytes > bytes.length) {
        offset = at;
        break;
      }
      this.#configure(header);
      const data = bytes.subarray(at + header.headerBytes, at + frameBytes);
      // A header alone says nothing, but that time goes on.
      if (data.length > 0) {
        frames.push({ ticks: this.#nextTicks, config: this.#newConfig, data });
        this.#newConfig = undefined;
      }
      this.#nextTicks += this.#frameTicks;
      offset = at + frameBytes;
    }
    this.#rest = this.#restOf(bytes, offset);
    return frames;
  }

  /** Bytes are missing. */
  lose(): void {
    this.#rest = Buffer.alloc(0);
  }

  /** The next header; where one should be and isn't, what lies before the next is passed over. */
  #next(bytes: Buffer, offset: number): (AdtsHeader & { readonly at: number }) | undefined {
    for (let at = offset; at >= 0 && at < bytes.length; at = bytes.indexOf(0xff, at + 1)) {
      const header = parseAdtsHeader(bytes, at);
      if (header !== undefined) {
        return { ...header, at };
      }
    }
    return undefined;
  }

  /** A frame that isn't whole, or a header; never more than one frame. */
  #restOf(bytes: Buffer, offset: number): Buffer {
    const isFrame = parseAdtsHeader(bytes, offset) !== undefined;
    const rest = bytes.subarray(offset);
    return Buffer.from(isFrame ? rest : rest.subarray(-HEADER_REST_BYTES));
  }

  #configure({ config }: AdtsHeader): void {
    if (this.#config?.equals(config) === true) {
      return;
    }
    const { sampleRate } = parseAacConfig(config);
    this.#config = config;
    this.#newConfig = config;
    this.#frameTicks = (AAC_SAMPLES_PER_FRAME * this.#ticksPerSecond) / sampleRate;
  }
}
