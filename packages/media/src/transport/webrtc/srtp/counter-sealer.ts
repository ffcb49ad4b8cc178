import crypto, { createCipheriv } from "node:crypto";
import type { PacketIdentity } from "./srtp-cipher.ts";
import type { SessionKeys } from "./srtp-keys.ts";

const BLOCK_BYTES = 16;
const WORD_BYTES = 4;
const WORDS_OF_BLOCK = BLOCK_BYTES / WORD_BYTES;
/** SHA-1's (RFC 2104, 2). */
const HASHED_BLOCK_BYTES = 64;
const DIGEST_BYTES = 20;
const INNER_PAD = 0x36;
const OUTER_PAD = 0x5c;
const HEAD_BYTES = 12;
const ROLLOVER_BYTES = 4;
/** Larger packets than networks carry whole are encrypted in the plain way. */
export const SEALED_BYTES_MAX = 1_536;

/** The key streams of so many packets are made at once, at most. */
const AHEAD_PACKETS = 8;
/** Packets of pictures have about as many blocks: 1,216 bytes. */
const AHEAD_BLOCKS = 76;
const SEQUENCE_MAX = 0xffff;

const SCRATCH_BYTES = HASHED_BLOCK_BYTES + HEAD_BYTES + SEALED_BYTES_MAX + ROLLOVER_BYTES;
/** Profiles' tags have ten bytes at most, and take the place of the rollovers. */
const TAG_BYTES_MAX = 16;

/** The memory in which a packet is sealed: inner pad, head and body, then rollovers or the tag. */
class Scratch {
  readonly bytes = Buffer.alloc(SCRATCH_BYTES + TAG_BYTES_MAX);
  readonly words = new Int32Array(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length >> 2);
  /** Views by where they end: packets have few lengths, and views cost as much as copies. */
  readonly #hashed = new Map<number, Buffer>();
  readonly #sealed = new Map<number, Buffer>();

  /** From the inner pad on. */
  hashed(end: number): Buffer {
    const view = this.#hashed.get(end) ?? this.bytes.subarray(0, end);
    this.#hashed.set(end, view);
    return view;
  }

  /** From the head on. */
  sealed(end: number): Buffer {
    const view = this.#sealed.get(end) ?? this.bytes.subarray(HASHED_BLOCK_BYTES, end);
    this.#sealed.set(end, view);
    return view;
  }
}

/** All sealers use it in turn: memory for each packet would cost as much as its encryption. */
let scratch = new Scratch();

/** The datagram that was sealed last stays as it is: those that follow have other memory. */
export function keepSealed(): void {
  scratch = new Scratch();
}

const counters = Buffer.alloc(AHEAD_PACKETS * AHEAD_BLOCKS * BLOCK_BYTES);
const counterWords = new Int32Array(counters.buffer, counters.byteOffset, counters.length >> 2);
const BODY_WORD = (HASHED_BLOCK_BYTES + HEAD_BYTES) / WORD_BYTES;

/** Key streams of packets that follow one another, of which the first is `sequence`. */
interface Ahead {
  readonly ssrc: number;
  readonly rollovers: number;
  readonly sequence: number;
  readonly packets: number;
  readonly words: Int32Array;
}

/**
 * Encrypts packets of RTP by AES in counter mode with HMAC-SHA1 (RFC 3711), in far less time than
 * with a cipher and an HMAC for each packet: one cipher that lives on makes the key stream of the
 * counters, for several packets at once, and two plain hashes make the HMAC.
 */
export class CounterSealer {
  readonly #cipher;
  readonly #tagBytes: number;
  readonly #salt = Buffer.alloc(BLOCK_BYTES);
  readonly #vector = Buffer.alloc(BLOCK_BYTES);
  readonly #inner = Buffer.alloc(HASHED_BLOCK_BYTES, INNER_PAD);
  readonly #outer = Buffer.alloc(HASHED_BLOCK_BYTES + DIGEST_BYTES, OUTER_PAD);
  /** Kept for no longer than it is needed: old memory costs collections, which cost more. */
  #ahead: Ahead | undefined;

  constructor({ encryption, authentication, salt }: SessionKeys, tagBytes: number) {
    this.#tagBytes = tagBytes;
    salt.copy(this.#salt);
    // The code book of the counters is the key stream of counter mode.
    this.#cipher = createCipheriv("aes-128-ecb", encryption, null).setAutoPadding(false);
    for (const [at, byte] of authentication.entries()) {
      this.#inner[at] = byte ^ INNER_PAD;
      this.#outer[at] = byte ^ OUTER_PAD;
    }
  }

  /**
   * `head` has twelve bytes, `body` at most `SEALED_BYTES_MAX`. Returns the whole datagram, which
   * is valid until the next one is sealed: see `keepSealed`.
   * `following`: so many packets of the source are sealed next, with the numbers that follow.
   */
  seal(
    { ssrc, rollovers, low: sequence }: PacketIdentity,
    head: Buffer,
    body: Buffer,
    following = 0,
  ): Buffer {
    const { bytes } = scratch;
    bytes.set(this.#inner);
    bytes.set(head, HASHED_BLOCK_BYTES);
    bytes.set(body, HASHED_BLOCK_BYTES + HEAD_BYTES);
    this.#encrypt(ssrc, rollovers, sequence, body.length, following);
    const end = HASHED_BLOCK_BYTES + HEAD_BYTES + body.length;
    bytes.writeUInt32BE(rollovers, end);
    // As strings, which cost less than buffers of their own.
    const inner = crypto.hash("sha1", scratch.hashed(end + ROLLOVER_BYTES), "binary");
    this.#outer.write(inner, HASHED_BLOCK_BYTES, "latin1");
    bytes.write(crypto.hash("sha1", this.#outer, "binary"), end, this.#tagBytes, "latin1");
    return scratch.sealed(end + this.#tagBytes);
  }

  /** Encrypts the body in `scratch`, in words of this machine's order. */
  #encrypt(
    ssrc: number,
    rollovers: number,
    sequence: number,
    bytes: number,
    following: number,
  ): void {
    const blocks = Math.ceil(bytes / BLOCK_BYTES);
    const ahead =
      blocks > AHEAD_BLOCKS ? undefined : this.#aheadOf(ssrc, rollovers, sequence, following);
    const stream = ahead?.words ?? this.#keyStream(ssrc, rollovers, sequence, 1, blocks);
    const from = ahead ? (sequence - ahead.sequence) * AHEAD_BLOCKS * WORDS_OF_BLOCK : 0;
    const count = (bytes + WORD_BYTES - 1) >> 2;
    const { words } = scratch;
    for (let at = 0; at < count; at += 1) {
      words[BODY_WORD + at] = (words[BODY_WORD + at] ?? 0) ^ (stream[from + at] ?? 0);
    }
  }

  /** Undefined where nothing was made ahead, and nothing is worth it. */
  #aheadOf(
    ssrc: number,
    rollovers: number,
    sequence: number,
    following: number,
  ): Ahead | undefined {
    const known = this.#ahead;
    if (known?.ssrc === ssrc && known.rollovers === rollovers) {
      const step = sequence - known.sequence;
      if (step >= 0 && step < known.packets) {
        this.#ahead = step === known.packets - 1 ? undefined : known;
        return known;
      }
    }
    const packets = Math.min(following + 1, AHEAD_PACKETS);
    if (packets === 1 || sequence + packets > SEQUENCE_MAX) {
      return undefined;
    }
    const words = this.#keyStream(ssrc, rollovers, sequence, packets, AHEAD_BLOCKS);
    this.#ahead = { ssrc, rollovers, sequence, packets, words };
    return this.#ahead;
  }

  /** The key streams (4.1.1) of packets that follow one another. */
  #keyStream(
    ssrc: number,
    rollovers: number,
    sequence: number,
    packets: number,
    blocks: number,
  ): Int32Array {
    const vector = this.#vector;
    this.#salt.copy(vector);
    vector.writeUInt32BE((vector.readUInt32BE(4) ^ ssrc) >>> 0, 4);
    vector.writeUInt32BE((vector.readUInt32BE(8) ^ rollovers) >>> 0, 8);
    const [first, second, third] = [
      vector.readInt32LE(0),
      vector.readInt32LE(4),
      vector.readInt32LE(8),
    ];
    const salt = vector.readUInt16BE(12);
    let at = 0;
    for (let packet = 0; packet < packets; packet += 1) {
      vector.writeUInt16BE(salt ^ (sequence + packet), 12);
      const last = vector.readUInt16LE(12);
      for (let block = 0; block < blocks; block += 1, at += WORDS_OF_BLOCK) {
        counterWords[at] = first;
        counterWords[at + 1] = second;
        counterWords[at + 2] = third;
        // The counter's two bytes, of which the high one is 0.
        counterWords[at + 3] = last | (block << 24);
      }
    }
    const stream = this.#cipher.update(counters.subarray(0, at * WORD_BYTES));
    return stream.byteOffset % WORD_BYTES === 0
      ? new Int32Array(stream.buffer, stream.byteOffset, stream.length >> 2)
      : new Int32Array(new Uint8Array(stream).buffer);
  }
}
