import { crc32Mpeg } from "./crc32.ts";

/** Bytes of a program table with its header (ISO/IEC 13818-1, 2.4.4.3 and 2.4.4.8). */
const SECTION_BYTES_MAX = 1_024;
const HEADER_BYTES = 3;

/**
 * Puts the sections of one PID's tables together. Damaged ones are left out: they are sent again
 * and again.
 */
export class SectionReader {
  readonly #onSection: (section: Buffer) => void;
  #pending: Buffer = Buffer.alloc(0);
  #inStep = false;

  constructor(onSection: (section: Buffer) => void) {
    this.#onSection = onSection;
  }

  /** A packet's payload; `starts` says that a section begins in it. */
  push(payload: Buffer, starts: boolean): void {
    if (!starts) {
      if (this.#inStep) {
        this.#append(payload);
      }
      return;
    }
    const pointer = payload[0] ?? 0;
    if (this.#inStep) {
      this.#append(payload.subarray(1, 1 + pointer));
    }
    this.#pending = Buffer.alloc(0);
    this.#inStep = true;
    this.#append(payload.subarray(1 + pointer));
  }

  /** Packets are missing. */
  lose(): void {
    this.#inStep = false;
  }

  #append(bytes: Buffer): void {
    this.#pending = Buffer.concat([this.#pending, bytes]);
    // 0xff fills a packet after its last section.
    while (this.#pending.length >= HEADER_BYTES && this.#pending[0] !== 0xff) {
      const length = HEADER_BYTES + (this.#pending.readUInt16BE(1) & 0x0fff);
      if (length > SECTION_BYTES_MAX) {
        break;
      }
      if (this.#pending.length < length) {
        return;
      }
      const section = this.#pending.subarray(0, length);
      this.#pending = this.#pending.subarray(length);
      if (crc32Mpeg(section) === 0) {
        this.#onSection(section);
      }
    }
    if (this.#pending.length >= HEADER_BYTES) {
      this.#inStep = false;
    }
  }
}
