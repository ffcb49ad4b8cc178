import { createHash, randomBytes } from "node:crypto";
import { DIGEST_BYTES, type Hash } from "./hashes.ts";

/*
 * EMSA-PSS with MGF1 and a salt as long as the digest, as KMS's RSASSA_PSS algorithms have it.
 * Source: RFC 8017, section 9.1.
 */

const ZEROS = Buffer.alloc(8);
const TRAILER = 0xbc;

export function encodePss(hash: Hash, digest: Buffer, modulusBits: number): Buffer {
  const salt = randomBytes(DIGEST_BYTES[hash]);
  const block = Buffer.alloc(blockBytes(hash, modulusBits));
  block[block.length - salt.length - 1] = 1;
  salt.copy(block, block.length - salt.length);
  const tag = hashOf(hash, ZEROS, digest, salt);
  return Buffer.concat([masked(block, tag, hash, modulusBits), tag, Buffer.from([TRAILER])]);
}

export function isPssEncoded(
  encoded: Buffer,
  hash: Hash,
  digest: Buffer,
  modulusBits: number,
): boolean {
  const bytes = blockBytes(hash, modulusBits);
  if (encoded.length !== bytes + DIGEST_BYTES[hash] + 1 || encoded.at(-1) !== TRAILER) return false;
  if (((encoded[0] ?? 0) & ~topMask(modulusBits) & 0xff) !== 0) return false;
  const tag = encoded.subarray(bytes, -1);
  const block = masked(encoded.subarray(0, bytes), tag, hash, modulusBits);
  const salt = block.subarray(bytes - DIGEST_BYTES[hash]);
  const padding = block.subarray(0, bytes - salt.length);
  const isPadded = padding.at(-1) === 1 && padding.subarray(0, -1).every((byte) => byte === 0);
  return isPadded && hashOf(hash, ZEROS, digest, salt).equals(tag);
}

/** The length of what is masked: everything before the tag. */
function blockBytes(hash: Hash, modulusBits: number): number {
  return Math.ceil((modulusBits - 1) / 8) - DIGEST_BYTES[hash] - 1;
}

/** The bits of the first byte that an encoded message may use: one less than the modulus has. */
function topMask(modulusBits: number): number {
  return 0xff >> (8 * Math.ceil((modulusBits - 1) / 8) - (modulusBits - 1));
}

function masked(block: Buffer, seed: Buffer, hash: Hash, modulusBits: number): Buffer {
  const mask = maskOf(seed, block.length, hash);
  const result = Buffer.from(block.map((byte, at) => byte ^ (mask[at] ?? 0)));
  result[0] = (result[0] ?? 0) & topMask(modulusBits);
  return result;
}

/** MGF1. Source: RFC 8017, appendix B.2.1. */
function maskOf(seed: Buffer, length: number, hash: Hash): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / DIGEST_BYTES[hash]) }, (_, index) => {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(index);
    return hashOf(hash, seed, counter);
  });
  return Buffer.concat(blocks).subarray(0, length);
}

function hashOf(hash: Hash, ...parts: readonly Buffer[]): Buffer {
  return createHash(hash).update(Buffer.concat(parts)).digest();
}
