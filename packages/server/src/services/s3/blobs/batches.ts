import { after } from "../../../kernel/work/timers.ts";

/** Bytes gathered before they are written: sockets deliver 16 to 64 KiB at a time. */
export const BATCH_BYTES = 512 * 1024;

/** Batches kept for later; a running upload to a folder has up to three. */
const FREE_BATCHES_MAX = 32;
/** Kept for so long beside them: the collector is slow to free shared memory. */
const SPARE_MS = 10_000;

const free: Buffer[] = [];
let isTrimming = false;

/** Shared memory of `BATCH_BYTES`, with whatever it held before. */
export function takeBatch(): Buffer {
  return free.pop() ?? Buffer.from(new SharedArrayBuffer(BATCH_BYTES));
}

/** Gives back a batch, of which only the filled part need be at hand. */
export function giveBackBatch({ buffer }: Buffer): void {
  free.push(Buffer.from(buffer));
  if (isTrimming || free.length <= FREE_BATCHES_MAX) return;
  isTrimming = true;
  after(SPARE_MS, () => {
    isTrimming = false;
    free.splice(FREE_BATCHES_MAX);
  });
}
