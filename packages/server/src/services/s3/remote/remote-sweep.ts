import type { FileCount } from "../blobs/blob-sweep.ts";
import { blobIdOf, keyOf } from "./remote-blobs.ts";
import { DELETED_AT_ONCE, type StoreClient } from "./store-client.ts";

/**
 * A request of a writer that has ended may still be on its way, or wait in a store that is slow. A
 * store takes it for 15 minutes after it was signed, and its body may need a while. Source: S3 API
 * reference, RequestTimeTooSkewed.
 */
export const LATE_WRITES_MS_MAX = 20 * 60_000;
/** Blob ids that are looked up at once. */
const BATCH_SIZE = 500;

export interface RemoteSweepOptions {
  readonly client: StoreClient;
  /** Those that a row refers to, or whose removal is noted: readers may still need them. */
  readonly findKnown: (blobIds: readonly string[]) => Promise<ReadonlySet<string>>;
}

/**
 * Removes the objects of a writer that no row knows, and its uploads in parts. The writer has
 * ended, so that it needn't be looked at any more after `LATE_WRITES_MS_MAX`: what is removed later
 * is noted in rows (`BlobRemovals`), and no start lists everything there is.
 */
export async function sweepWriter(
  prefix: string,
  { client, findKnown }: RemoteSweepOptions,
): Promise<FileCount> {
  const removed = { files: 0, bytes: 0 };
  const below = keyOf(`${prefix}-`);
  for await (const page of client.list(below)) {
    for (let at = 0; at < page.length; at += BATCH_SIZE) {
      const batch = page.slice(at, at + BATCH_SIZE);
      const known = await findKnown(batch.map(({ key }) => blobIdOf(key)));
      const orphans = batch.filter(({ key }) => !known.has(blobIdOf(key)));
      for (let from = 0; from < orphans.length; from += DELETED_AT_ONCE)
        await client.delete(orphans.slice(from, from + DELETED_AT_ONCE).map(({ key }) => key));
      removed.files += orphans.length;
      for (const { sizeBytes } of orphans) removed.bytes += sizeBytes;
    }
  }
  for (const { key, upload } of await client.openUploads(below))
    await client.abortParts(key, upload);
  return removed;
}
