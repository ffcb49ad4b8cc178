import { hash, timingSafeEqual } from "node:crypto";

/** The hashes, with the bytes of their blocks and digests. */
const HASHES = {
  sha256: { blockBytes: 64, digestBytes: 32 },
  sha512: { blockBytes: 128, digestBytes: 64 },
} as const;
const INNER_PAD = 0x36;
const OUTER_PAD = 0x5c;

/**
 * A key for the HMACs (RFC 2104) of many short texts, each made by two hashes. Node's Hmac is an
 * object outside of V8's heap: to make and collect one costs more than its digest does.
 */
export class MacKey {
  readonly #hash: keyof typeof HASHES;
  /** The padded key, then the text: a buffer for the length that the last one had. */
  #inner: Buffer;
  /** The padded key, then the inner digest. */
  readonly #outer: Buffer;
  /** Room for two digests that are compared. */
  readonly #expected: Buffer;
  readonly #given: Buffer;

  constructor(name: keyof typeof HASHES, key: Uint8Array) {
    const { blockBytes, digestBytes } = HASHES[name];
    const short = key.length > blockBytes ? hash(name, key, "buffer") : key;
    this.#hash = name;
    this.#inner = Buffer.alloc(blockBytes, INNER_PAD);
    this.#outer = Buffer.alloc(blockBytes + digestBytes, OUTER_PAD);
    this.#expected = Buffer.alloc(2 * digestBytes);
    this.#given = Buffer.alloc(2 * digestBytes);
    for (const [at, byte] of short.entries()) {
      this.#inner[at] = byte ^ INNER_PAD;
      this.#outer[at] = byte ^ OUTER_PAD;
    }
  }

  /** The HMAC of bytes or a text's UTF-8, in hexadecimal or with a character for each byte. */
  digest(data: string | Uint8Array, encoding: "hex" | "latin1"): string {
    const { blockBytes } = HASHES[this.#hash];
    const length = blockBytes + Buffer.byteLength(data);
    if (length !== this.#inner.length) {
      const inner = Buffer.alloc(length);
      this.#inner.copy(inner, 0, 0, blockBytes);
      this.#inner = inner;
    }
    if (typeof data === "string") this.#inner.write(data, blockBytes, "utf8");
    else this.#inner.set(data, blockBytes);
    this.#outer.write(hash(this.#hash, this.#inner, "binary"), blockBytes, "latin1");
    return hash(this.#hash, this.#outer, encoding === "hex" ? "hex" : "binary");
  }

  /** Whether `given`, in lower-case hexadecimal, is a text's HMAC; in a time that doesn't say. */
  verifies(text: string, given: string): boolean {
    if (given.length !== this.#given.length) return false;
    this.#expected.write(this.digest(text, "hex"), "latin1");
    this.#given.write(given, "latin1");
    return timingSafeEqual(this.#expected, this.#given);
  }
}
