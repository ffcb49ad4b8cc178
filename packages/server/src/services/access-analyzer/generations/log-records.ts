import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";

/* Log files are objects, so anybody who writes to the bucket says what is in them. */

/** A log file has at most some 50 MB unpacked. */
const UNPACKED_BYTES_MAX = 256 * 1024 ** 2;
/** Source: CloudTrail user guide, "Quotas": an event has at most 256 KB. */
const RECORD_BYTES_MAX = 1024 ** 2;
/** The key of the list, with its quotation marks. */
const LIST = '"Records"';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING: ReadonlySet<number> = new Set([0x5b, 0x7b]);
const CLOSING: ReadonlySet<number> = new Set([0x5d, 0x7d]);
const BRACKET = 0x5b;
const BRACE = 0x7b;

/**
 * The records of a packed log file, `{"Records": [{…}, …]}`, one at a time while it comes: neither
 * the file nor its unpacked text is ever in memory as a whole. Rejects for what isn't one.
 */
export async function* logRecords(packed: AsyncIterable<Uint8Array>): AsyncGenerator<unknown> {
  const unpacked = createGunzip();
  // Its own errors reach the loop below.
  const unpacking = pipeline(packed, unpacked).catch(() => undefined);
  const splitter = new RecordSplitter();
  let sizeBytes = 0;
  try {
    for await (const piece of unpacked) {
      sizeBytes += (piece as Buffer).length;
      if (sizeBytes > UNPACKED_BYTES_MAX) throw new Error("it has too many bytes");
      yield* splitter.push(piece as Buffer);
    }
    splitter.finish();
  } finally {
    unpacked.destroy();
    await unpacking;
  }
}

/** Finds the objects in the list of a document's member `Records`. */
class RecordSplitter {
  #depth = 0;
  #inText = false;
  #escaped = false;
  /** The last text of the outermost object, as far as it may be the list's name. */
  #name = "";
  #inList = false;
  #found = false;
  /** The record that is read, in pieces; undefined between records. */
  #record: Buffer[] | undefined;
  #recordBytes = 0;

  *push(piece: Buffer): Generator<unknown> {
    let start = 0;
    for (let at = 0; at < piece.length; at++) {
      const byte = piece[at] ?? 0;
      if (this.#inText) {
        this.#text(byte);
      } else if (byte === QUOTE) {
        this.#inText = true;
        if (this.#depth === 1) this.#name = '"';
      } else if (OPENING.has(byte)) {
        if (this.#open(byte)) start = at;
      } else if (CLOSING.has(byte) && this.#close()) {
        yield this.#take(piece.subarray(start, at + 1));
      }
    }
    if (this.#record) this.#keep(piece.subarray(start));
  }

  finish(): void {
    if (this.#depth !== 0 || this.#inText || !this.#found) throw new Error("it is cut short");
  }

  #text(byte: number): void {
    if (this.#depth === 1 && this.#name.length <= LIST.length)
      this.#name += String.fromCharCode(byte);
    if (this.#escaped) this.#escaped = false;
    else if (byte === BACKSLASH) this.#escaped = true;
    else if (byte === QUOTE) this.#inText = false;
  }

  /** Whether a record begins. */
  #open(byte: number): boolean {
    this.#depth += 1;
    if (this.#depth === 2) this.#inList = byte === BRACKET && this.#name === LIST;
    this.#found ||= this.#inList;
    if (!this.#inList || this.#depth !== 3 || byte !== BRACE) return false;
    this.#record = [];
    this.#recordBytes = 0;
    return true;
  }

  /** Whether a record ends. */
  #close(): boolean {
    this.#depth -= 1;
    if (this.#depth < 0) throw new Error("it isn't JSON");
    if (this.#depth === 1) this.#inList = false;
    return this.#depth === 2 && this.#record !== undefined;
  }

  #keep(bytes: Buffer): void {
    this.#recordBytes += bytes.length;
    if (this.#recordBytes > RECORD_BYTES_MAX) throw new Error("a record has too many bytes");
    this.#record?.push(bytes);
  }

  #take(last: Buffer): unknown {
    this.#keep(last);
    const record = Buffer.concat(this.#record ?? []);
    this.#record = undefined;
    return JSON.parse(record.toString("utf8"));
  }
}
