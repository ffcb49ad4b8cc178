import type { FileHandle } from "node:fs/promises";
import { BATCH_BYTES, giveBackBatch, takeBatch } from "./batches.ts";

/** A part of the server that sees a blob's bytes while they are written. */
export interface BlobObserver {
  /** Sees all bytes in order, in pieces of shared memory that are its own until it resolves. */
  observeBatch(bytes: Uint8Array, isLast: boolean): Promise<void>;
}

export interface WriteOptions {
  /** Makes of the batches, in their order, what is written. */
  readonly seal: ((bytes: Buffer) => Buffer) | undefined;
  /** Asked before each batch; rejects when there is no room for it. */
  readonly spend: (bytes: number) => Promise<void> | undefined;
}

/** Batches of one body that are written or observed while the next one is filled. */
const BATCHES_UNDER_WAY_MAX = 3;

/**
 * Writes `source` to the end of `handle`, batches being written in order and observed beside that
 * while the next one is filled. Resolves with the size when all is written; the last batches may
 * still be observed then.
 */
export async function writeAll(
  source: AsyncIterable<Uint8Array>,
  handle: FileHandle,
  observer: BlobObserver,
  { seal, spend }: WriteOptions,
): Promise<number> {
  let sizeBytes = 0;
  let batch = takeBatch();
  let filled = 0;
  let written: Promise<void> = Promise.resolve();
  const underWay: Promise<void>[] = [];
  const flush = async (isLast: boolean) => {
    if (underWay.length >= BATCHES_UNDER_WAY_MAX) await underWay.shift();
    const bytes = batch.subarray(0, filled);
    const waiting = spend(bytes.byteLength);
    if (waiting) await waiting;
    written = written.then(() => writeBytes(handle, seal ? seal(bytes) : bytes));
    const done = Promise.all([written, observer.observeBatch(bytes, isLast)]).then(() =>
      giveBackBatch(bytes),
    );
    // A failure is met by the request that waits for the batch, or by the digest.
    done.catch(() => undefined);
    underWay.push(done);
  };
  try {
    for await (const chunk of source) {
      sizeBytes += chunk.byteLength;
      for (let at = 0; at < chunk.byteLength; ) {
        // A full batch waits for what follows: the observer learns which one is the last.
        if (filled === BATCH_BYTES) {
          await flush(false);
          batch = takeBatch();
          filled = 0;
        }
        const count = Math.min(chunk.byteLength - at, BATCH_BYTES - filled);
        // To shared memory, V8's own set() copies word by word; this is a memcpy.
        batch.fill(chunk.subarray(at, at + count), filled, filled + count);
        filled += count;
        at += count;
      }
    }
    if (filled > 0) await flush(true);
    else giveBackBatch(batch);
    await written;
    return sizeBytes;
  } catch (error) {
    // Nothing may be written to the file after this call.
    await Promise.allSettled([written, ...underWay]);
    throw error;
  }
}

async function writeBytes(handle: FileHandle, bytes: Buffer): Promise<void> {
  let rest = bytes;
  while (rest.byteLength > 0) {
    const { bytesWritten } = await handle.write(rest);
    rest = rest.subarray(bytesWritten);
  }
}
