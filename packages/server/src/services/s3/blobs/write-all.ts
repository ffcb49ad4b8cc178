import type { FileHandle } from "node:fs/promises";

/** Bytes gathered before they are written: sockets deliver 16 to 64 KiB at a time. */
const WRITE_BATCH_BYTES = 512 * 1024;

/**
 * Writes `source` to the end of `handle`, one batch being written while the next one is gathered:
 * at most two are in memory. `observe` sees every chunk in order. Resolves with the size in bytes.
 */
export async function writeAll(
  source: AsyncIterable<Uint8Array>,
  handle: FileHandle,
  observe: (bytes: Uint8Array) => void,
): Promise<number> {
  let sizeBytes = 0;
  let batch: Uint8Array[] = [];
  let batchBytes = 0;
  let writing: Promise<void> | undefined;
  try {
    for await (const chunk of source) {
      sizeBytes += chunk.byteLength;
      batch.push(chunk);
      batchBytes += chunk.byteLength;
      if (batchBytes >= WRITE_BATCH_BYTES) {
        await writing;
        writing = writeBatch(handle, batch, batchBytes);
        batch = [];
        batchBytes = 0;
      }
      observe(chunk);
    }
    await writing;
    if (batchBytes > 0) await writeBatch(handle, batch, batchBytes);
    return sizeBytes;
  } catch (error) {
    await writing?.catch(() => undefined);
    throw error;
  }
}

async function writeBatch(
  handle: FileHandle,
  batch: readonly Uint8Array[],
  batchBytes: number,
): Promise<void> {
  const { bytesWritten } = await handle.writev(batch);
  if (bytesWritten === batchBytes) return;
  // A short write (a full disk, a signal): the rest goes one piece after the other, or fails.
  let rest = Buffer.concat(batch).subarray(bytesWritten);
  while (rest.byteLength > 0) {
    const { bytesWritten: count } = await handle.write(rest);
    rest = rest.subarray(count);
  }
}
