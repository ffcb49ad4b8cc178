import type { FileHandle } from "node:fs/promises";
import { BATCH_BYTES, giveBackBatch, takeBatch } from "./batches.ts";

/** Whoever looks at a blob's bytes while they are written. */
export interface BlobObserver {
  /** Sees every chunk in order. */
  observe(bytes: Uint8Array): void;
  /** Sees the same bytes in large pieces of shared memory, its own until the promise resolves. */
  observeBatch(bytes: Uint8Array): Promise<void>;
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
  const flush = async () => {
    await before?.done;
    before = flushBatch(batch, filled, handle, observer);
  };
  try {
    for await (const chunk of source) {
      observer.observe(chunk);
      sizeBytes += chunk.byteLength;
      for (let at = 0; at < chunk.byteLength; ) {
        const count = Math.min(chunk.byteLength - at, BATCH_BYTES - filled);
        batch.set(chunk.subarray(at, at + count), filled);
        filled += count;
        at += count;
        if (filled < BATCH_BYTES) continue;
        await flush();
        batch = takeBatch();
        filled = 0;
      }
    }
    if (filled > 0) await flush();
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
  batch: Buffer,
  size: number,
  handle: FileHandle,
  observer: BlobObserver,
): Flushing {
  const bytes = batch.subarray(0, size);
  const written = writeBytes(handle, bytes);
  const done = Promise.all([written, observer.observeBatch(bytes)]).then(() =>
    giveBackBatch(batch),
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
