import type { FileHandle } from "node:fs/promises";
import { BATCH_BYTES, giveBackBatch, takeBatch } from "./batches.ts";

/** Whoever looks at a blob's bytes while they are written. */
export interface BlobObserver {
  /** Sees all bytes in order, in pieces of shared memory that are its own until it resolves. */
  observeBatch(bytes: Uint8Array, isLast: boolean): Promise<void>;
}

/**
 * Writes `source` to the end of `handle`, one batch being written and observed while the next one
 * is filled: at most two are in memory. Resolves with the size when all is written; the last batch
 * may still be observed then.
 */
export async function writeAll(
  source: AsyncIterable<Uint8Array>,
  handle: FileHandle,
  observer: BlobObserver,
): Promise<number> {
  let sizeBytes = 0;
  let batch = takeBatch();
  let filled = 0;
  let before: Flushing | undefined;
  const flush = async (isLast: boolean) => {
    await before?.done;
    before = flushBatch(batch.subarray(0, filled), isLast, handle, observer);
  };
  try {
    for await (const chunk of source) {
      sizeBytes += chunk.byteLength;
      for (let at = 0; at < chunk.byteLength; ) {
        // A full batch waits for what follows: the observer is told which one is the last.
        if (filled === BATCH_BYTES) {
          await flush(false);
          batch = takeBatch();
          filled = 0;
        }
        const count = Math.min(chunk.byteLength - at, BATCH_BYTES - filled);
        batch.set(chunk.subarray(at, at + count), filled);
        filled += count;
        at += count;
      }
    }
    if (filled > 0) await flush(true);
    else giveBackBatch(batch);
    await before?.written;
    return sizeBytes;
  } catch (error) {
    await before?.done.catch(() => undefined);
    throw error;
  }
}

interface Flushing {
  readonly written: Promise<void>;
  /** Written and observed. */
  readonly done: Promise<void>;
}

function flushBatch(
  bytes: Buffer,
  isLast: boolean,
  handle: FileHandle,
  observer: BlobObserver,
): Flushing {
  const written = writeBytes(handle, bytes);
  const done = Promise.all([written, observer.observeBatch(bytes, isLast)]).then(() =>
    giveBackBatch(bytes),
  );
  // A failure is met by whoever waits for the batch next, or by the digest.
  done.catch(() => undefined);
  return { written, done };
}

async function writeBytes(handle: FileHandle, bytes: Buffer): Promise<void> {
  let rest = bytes;
  while (rest.byteLength > 0) {
    const { bytesWritten } = await handle.write(rest);
    rest = rest.subarray(bytesWritten);
  }
}
