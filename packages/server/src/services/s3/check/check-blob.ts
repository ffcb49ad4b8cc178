import { placeBelow } from "../../../kernel/files/path-below.ts";
import { hasCode, openBlobFile } from "../blobs/blob-files.ts";
import type { StoredBlob } from "./stored-objects.ts";

const READ_BYTES = 256 * 1024;

/** Resolves when so many more bytes may be read. */
export type Pace = (bytes: number) => Promise<void>;

/**
 * Compares a blob's file with its row: its size, and its bytes with their checksum where there is
 * one. Resolves to what is wrong, in words, or to undefined.
 */
export async function checkBlob(
  dir: string,
  { blobId, sizeBytes, digest: stored }: StoredBlob,
  pace: Pace,
): Promise<string | undefined> {
  // The file of an object without bytes is never opened.
  if (sizeBytes === 0) return undefined;
  await pace(0);
  try {
    const handle = await openBlobFile(placeBelow(dir, blobId));
    try {
      const found = await handle.stat();
      if (!found.isFile()) return "something else than a file";
      const { size } = found;
      if (size !== sizeBytes) return `${size} bytes instead of ${sizeBytes}`;
      if (!stored) return undefined;
      const digest = stored.algorithm.start();
      const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, sizeBytes));
      for (let at = 0; at < sizeBytes; ) {
        const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
        if (bytesRead === 0) return `no byte at ${at}`;
        digest.update(buffer.subarray(0, bytesRead));
        at += bytesRead;
        await pace(bytesRead);
      }
      if (digest.digest().equals(stored.value)) return undefined;
      return `bytes that aren't those of its ${stored.algorithm.name}`;
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (hasCode(error, "ENOENT")) return "no file";
    if (hasCode(error, "ENXIO") || hasCode(error, "ELOOP")) return "something else than a file";
    if (hasCode(error, "EIO")) return "bytes that the disk can't read";
    throw error;
  }
}
