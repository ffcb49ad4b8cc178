import { Readable } from "node:stream";

/** Bytes that are read at once from a file or a connection. */
export const LENT_BYTES = 256 * 1024;
/** Kept for later: 8 MiB. */
const FREE_MAX = 32;

const free: Buffer[] = [];

/** Memory of `LENT_BYTES`, with whatever it held before. */
export function takeMemory(): Buffer {
  return free.pop() ?? Buffer.allocUnsafeSlow(LENT_BYTES);
}

/**
 * Gives memory back, of which only a part need be at hand; no other part may be in use. Anything
 * else is left to the garbage collector.
 */
export function giveBackMemory({ buffer }: Uint8Array): void {
  if (buffer.byteLength === LENT_BYTES && buffer instanceof ArrayBuffer && free.length < FREE_MAX)
    free.push(Buffer.from(buffer));
}

/**
 * A stream whose chunks are lent, each with memory of its own. A reader that is through with one
 * may give it back, once; memory that is new for each chunk costs the kernel's zeros for each of
 * its pages, a quarter of a GetObject. A reader that doesn't give chunks back may keep them.
 */
export class LendingStream extends Readable {
  giveBack(chunk: Uint8Array): void {
    giveBackMemory(chunk);
  }
}
