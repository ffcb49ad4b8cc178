import { stat } from "node:fs/promises";
import type { Log } from "../../../kernel/ports/log.ts";
import type { Store } from "../../../kernel/store.ts";
import { hasCode } from "../blobs/blob-files.ts";
import { hasReferencedBlobs } from "../rows/referenced-blobs.ts";
import type { S3Tables } from "../tables.ts";

/** Logs an error when the folder of objects' files isn't there and the database names objects. */
export async function reportMissingFolder(
  dir: string,
  { db }: Store<S3Tables>,
  log: Log,
): Promise<void> {
  const isMissing = await stat(dir).then(
    () => false,
    (error) => hasCode(error, "ENOENT"),
  );
  if (isMissing && (await hasReferencedBlobs(db)))
    log.error({ dir }, "The folder of S3 objects' files is missing: no object can be read.");
}
