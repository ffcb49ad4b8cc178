import { AAC_SAMPLES_PER_FRAME, parseAacConfig } from "../../codec/aac-config.ts";
import { type AdtsHeader, parseAdtsHeader } from "../../codec/adts.ts";

/** AAC, 44 kHz, 16 bits, stereo, which is what the format asks for whatever it is (E.4.2.1). */
const TAG = 0xaf;
const HEADER_BYTES = 2;

export interface AudioTag {
  /** Of the unit's clock. */
  readonly ticks: number;
  readonly kind: "sequence-header" | "frame";
  readonly body: Buffer;
}

/** Makes bodies of FLV audio tags of AAC in ADTS, whose frames may go on from unit to unit. */
export class AacTagWriter {
  readonly #ticksPerSecond: number;
  #rest: Buffer = Buffer.alloc(0);
  #config: Buffer | undefined;
  #frameTicks = 0;
  #nextTicks = 0;

  constructor(ticksPerSecond: number) {
    this.#ticksPerSecond = ticksPerSecond;
  }

  /**
   * `ticks` is the time of the first frame that begins in the unit. A sequence header comes before the first frame and
   * wherever it changes. Throws MediaError for AAC that isn't ingested.
   */
  write(unit: Buffer, ticks: number): AudioTag[] {
    const bytes = this.#rest.length === 0 ? unit : Buffer.concat([this.#rest, unit]);
    const begins = this.#rest.length;
    const tags: AudioTag[] = [];
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
      this.#configure(header, tags);
      const body = Buffer.allocUnsafe(HEADER_BYTES + frameBytes - header.headerBytes);
      body.set([TAG, 1]);
      bytes.copy(body, HEADER_BYTES, at + header.headerBytes, at + frameBytes);
      tags.push({ ticks: this.#nextTicks, kind: "frame", body });
      this.#nextTicks += this.#frameTicks;
      offset = at + frameBytes;
    }
    this.#rest = this.#restOf(bytes, offset);
    return tags;
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
    return Buffer.from(isFrame ? rest : rest.subarray(-ADTS_HEADER_REST));
  }

  #configure({ config }: AdtsHeader, tags: AudioTag[]): void {
    if (this.#config?.equals(config) === true) {
      return;
    }
    const { sampleRate } = parseAacConfig(config);
    this.#config = config;
    this.#frameTicks = (AAC_SAMPLES_PER_FRAME * this.#ticksPerSecond) / sampleRate;
    const body = Buffer.concat([Buffer.of(TAG, 0), config]);
    tags.push({ ticks: this.#nextTicks, kind: "sequence-header", body });
  }
}

/** Of a header that isn't whole. */
const ADTS_HEADER_REST = 6;
