import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from "node:crypto";

/*
 * AES-256 in counter mode, so that a range is read without what stands before it. A blob is written
 * once and named once, so that under a key of its own its counter may begin at zero.
 */

const ALGORITHM = "aes-256-ctr";
const KEY_BYTES = 32;
const BLOCK_BYTES = 16;

/** Makes of the bytes that follow each other what stands in the file, or the other way round. */
export type Transform = (bytes: Uint8Array) => Buffer;

export function sealBlob(customerKey: Buffer, blobId: string): Transform {
  const cipher = createCipheriv(ALGORITHM, keyOfBlob(customerKey, blobId), counterAt(0));
  return (bytes) => cipher.update(bytes);
}

/** For the bytes from `position` on. */
export function openBlob(customerKey: Buffer, blobId: string, position: number): Transform {
  const counter = counterAt(Math.floor(position / BLOCK_BYTES));
  const decipher = createDecipheriv(ALGORITHM, keyOfBlob(customerKey, blobId), counter);
  decipher.update(Buffer.alloc(position % BLOCK_BYTES));
  return (bytes) => decipher.update(bytes);
}

/**
 * In place of an MD5, which would reveal the bytes: 32 hexadecimal digits, for each blob others.
 */
export function sealedEtag(customerKey: Buffer, blobId: string, md5: string): string {
  return createHmac("md5", keyOfBlob(customerKey, blobId)).update(md5).digest("hex");
}

function keyOfBlob(customerKey: Buffer, blobId: string): Buffer {
  return Buffer.from(hkdfSync("sha256", customerKey, "", `s3 blob ${blobId}`, KEY_BYTES));
}

function counterAt(block: number): Buffer {
  const counter = Buffer.alloc(BLOCK_BYTES);
  counter.writeBigUInt64BE(BigInt(block), BLOCK_BYTES - 8);
  return counter;
}
