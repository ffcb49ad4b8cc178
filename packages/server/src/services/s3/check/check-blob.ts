import type { Kysely } from "kysely";
import { placeBelow } from "../../../kernel/files/path-below.ts";
import { hasCode, openBlobFile } from "../blobs/blob-files.ts";
import type { ChecksumAlgorithm } from "../checksums/checksum-algorithm.ts";
import { isInline, selectInlineBytes } from "../rows/inline-blobs.ts";
import type { S3Tables } from "../tables.ts";
import type { StoredBlob } from "./stored-objects.ts";

const READ_BYTES = 256 * 1024;

/** Resolves when so many more bytes may be read. */
export type Pace = (bytes: number) => Promise<void>;

/**
 * Compares a blob, a file of `dir` or inline in the database, with its row: its size, and its bytes
 * with their checksum where there is one. Resolves to what is wrong, in words, or to undefined.
 */
export async function checkBlob(
  { dir, db }: { readonly dir: string; readonly db: Kysely<S3Tables> },
  blob: StoredBlob,
  pace: Pace,
): Promise<string | undefined> {
  const { blobId, sizeBytes, digest: stored } = blob;
  // The file of an object without bytes is never opened.
  if (sizeBytes === 0) return undefined;
  await pace(0);
  if (isInline(blobId)) return checkInline(blob, db);
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
      return otherBytes(stored.algorithm);
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

async function checkInline(
  { blobId, sizeBytes, digest: stored }: StoredBlob,
  db: Kysely<S3Tables>,
): Promise<string | undefined> {
  const bytes = await selectInlineBytes(blobId, db);
  if (!bytes) return "no row with its bytes";
  if (bytes.byteLength !== sizeBytes) return `${bytes.byteLength} bytes instead of ${sizeBytes}`;
  if (!stored) return undefined;
  const digest = stored.algorithm.start();
  digest.update(bytes);
  return digest.digest().equals(stored.value) ? undefined : otherBytes(stored.algorithm);
}

function otherBytes({ name }: ChecksumAlgorithm): string {
  return `bytes that aren't those of its ${name}`;
}
