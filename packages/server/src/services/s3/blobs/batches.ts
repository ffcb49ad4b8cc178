/** Bytes gathered before they are written: sockets deliver 16 to 64 KiB at a time. */
export const BATCH_BYTES = 512 * 1024;

/** Batches kept for later; a running upload has up to three. */
const FREE_BATCHES_MAX = 32;

const free: Buffer[] = [];

/** Shared memory of `BATCH_BYTES`, with whatever it held before. */
export function takeBatch(): Buffer {
  return free.pop() ?? Buffer.from(new SharedArrayBuffer(BATCH_BYTES));
}

/** Gives back a batch, of which only the filled part need be at hand. */
export function giveBackBatch({ buffer }: Buffer): void {
  if (free.length < FREE_BATCHES_MAX) free.push(Buffer.from(buffer));
}
