import { MediaError } from "../../../port/media-error.ts";

/** Kinds of payloads beside single NAL units (RFC 6184, 5.2). */
const AGGREGATE = 24;
const FRAGMENT = 28;
const SINGLE_MAX = 23;
/** NAL units of one picture: encoders write some ten. */
const UNITS_MAX = 1_024;

export interface H264PacketPart {
  readonly timestamp: number;
  readonly marker: boolean;
  readonly payload: Buffer;
}

/** The NAL units of one picture, as they were sent. */
export interface RtpPicture {
  readonly timestamp: number;
  readonly units: readonly Buffer[];
}

/**
 * Reads H.264's packets, which come in order, into pictures (RFC 6184). Pictures of which a packet
 * is missing are left out.
 */
export class H264Pictures {
  readonly #bytesMax: number;
  readonly #onPicture: (picture: RtpPicture) => void;
  #timestamp = 0;
  #units: Buffer[] = [];
  #bytes = 0;
  #fragments: Buffer[] = [];
  /** A packet of the picture that is being read is missing. */
  #damaged = false;
  /** Packets before the next one are missing. */
  #lost = false;

  constructor(bytesMax: number, onPicture: (picture: RtpPicture) => void) {
    this.#bytesMax = bytesMax;
    this.#onPicture = onPicture;
  }

  /** Throws MediaError for what can't be ingested. */
  push({ timestamp, marker, payload }: H264PacketPart): void {
    const lost = this.#lost;
    this.#lost = false;
    this.#damaged ||= lost;
    if (timestamp !== this.#timestamp) {
      this.#end();
      this.#timestamp = timestamp;
      this.#damaged = lost;
    }
    this.#read(payload);
    if (marker) {
      this.#end();
    }
  }

  /** Packets before the next one are missing: they were of this picture, the next one, or both. */
  lose(): void {
    this.#lost = true;
    this.#fragments = [];
  }

  #read(payload: Buffer): void {
    const first = payload[0];
    if (first === undefined) {
      return;
    }
    const kind = first & 0x1f;
    if (kind === AGGREGATE) {
      this.#aggregate(payload);
    } else if (kind === FRAGMENT) {
      this.#fragment(first, payload);
    } else if (kind >= 1 && kind <= SINGLE_MAX) {
      this.#add(payload);
    } else {
      throw new MediaError("unsupported-media", `RTP payloads of type ${kind} are not supported`);
    }
  }

  #aggregate(payload: Buffer): void {
    for (let at = 1; at + 2 <= payload.length; ) {
      const end = at + 2 + payload.readUInt16BE(at);
      if (end > payload.length) {
        this.#damaged = true;
        return;
      }
      this.#add(payload.subarray(at + 2, end));
      at = end;
    }
  }

  #fragment(indicator: number, payload: Buffer): void {
    const header = payload[1];
    if (header === undefined) {
      this.#damaged = true;
      return;
    }
    if ((header & 0x80) !== 0) {
      this.#fragments = [Buffer.of((indicator & 0xe0) | (header & 0x1f))];
    } else if (this.#fragments.length === 0) {
      this.#damaged = true;
      return;
    }
    const part = payload.subarray(2);
    this.#count(part.length);
    this.#fragments.push(part);
    if ((header & 0x40) !== 0) {
      this.#units.push(Buffer.concat(this.#fragments));
      this.#fragments = [];
    }
  }

  #add(unit: Buffer): void {
    if (unit.length > 0) {
      this.#count(unit.length);
      this.#units.push(unit);
    }
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > this.#bytesMax || this.#units.length >= UNITS_MAX) {
      throw new MediaError("limit", "a picture is larger than allowed");
    }
  }

  #end(): void {
    const units = this.#units;
    const isWhole = !this.#damaged && this.#fragments.length === 0 && units.length > 0;
    this.#units = [];
    this.#fragments = [];
    this.#bytes = 0;
    this.#damaged = false;
    if (isWhole) {
      this.#onPicture({ timestamp: this.#timestamp, units });
    }
  }
}
