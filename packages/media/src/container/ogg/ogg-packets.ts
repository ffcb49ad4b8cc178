const CAPTURE = Buffer.from("OggS");
const HEADER_BYTES = 27;
const SEGMENT_BYTES_MAX = 255;
/** A page with its largest table and content. */
const PAGE_BYTES_MAX = HEADER_BYTES + SEGMENT_BYTES_MAX + SEGMENT_BYTES_MAX * SEGMENT_BYTES_MAX;

/** Reads the packets of one stream in Ogg (RFC 3533), as they come, in pieces of any size. */
export class OggPackets {
  #rest: Buffer = Buffer.alloc(0);
  /** The beginning of a packet that goes on in the next page. */
  #parts: Buffer[] = [];
  #partBytes = 0;

  /** Throws for bytes that aren't Ogg. */
  read(chunk: Buffer): Buffer[] {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const packets: Buffer[] = [];
    let at = 0;
    while (at + HEADER_BYTES <= bytes.length) {
      if (!bytes.subarray(at, at + CAPTURE.length).equals(CAPTURE)) {
        throw new Error("the bytes aren't Ogg");
      }
      const table = at + HEADER_BYTES;
      const segments = bytes[at + HEADER_BYTES - 1] ?? 0;
      const content = table + segments;
      const lengths = bytes.subarray(table, content);
      const end = content + lengths.reduce((sum, length) => sum + length, 0);
      if (content > bytes.length || end > bytes.length) {
        break;
      }
      this.#page(bytes, content, lengths, packets);
      at = end;
    }
    this.#rest = Buffer.from(bytes.subarray(at));
    return packets;
  }

  #page(bytes: Buffer, content: number, lengths: Buffer, packets: Buffer[]): void {
    let from = content;
    let to = content;
    for (const length of lengths) {
      to += length;
      if (length < SEGMENT_BYTES_MAX) {
        packets.push(Buffer.concat([...this.#parts, bytes.subarray(from, to)]));
        this.#parts = [];
        this.#partBytes = 0;
        from = to;
      }
    }
    if (to > from) {
      this.#partBytes += to - from;
      if (this.#partBytes > PAGE_BYTES_MAX) {
        throw new Error("a packet in Ogg is larger than any of sound");
      }
      this.#parts.push(Buffer.from(bytes.subarray(from, to)));
    }
  }
}
