import { existsSync } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Kysely } from "kysely";
import { placeBelow } from "./kernel/files/path-below.ts";
import { nextTurn } from "./kernel/work/turns.ts";
import { BLOBS_FOLDER, hasCode } from "./services/s3/blobs/blob-files.ts";
import { prefixOf } from "./services/s3/blobs/blob-store.ts";
import { checkBlob } from "./services/s3/check/check-blob.ts";
import { BEGINNING, type Place, pageOfStored } from "./services/s3/check/stored-objects.ts";
import { selectPlace } from "./services/s3/rows/places.ts";
import { findReferencedBlobs } from "./services/s3/rows/referenced-blobs.ts";
import type { S3Tables } from "./services/s3/tables.ts";
import { DataFolderError, DataFolderInUseError } from "./storage/data-folder-error.ts";
import { lockDataFolder } from "./storage/folder-lock.ts";
import { openReader } from "./storage/open-reader.ts";

const PAGE_SIZE = 200;
const LOOKUP_SIZE = 500;
/** After so many bytes the event loop has a turn, to show progress. */
const BREATH_BYTES = 16 * 1024 * 1024;

export interface CheckObjectsOptions {
  readonly dataDir: string;
  /** `postgres://…`; left out, the folder's own. */
  readonly database: string | undefined;
  /** Removes files that no row refers to; only of a folder that no server uses. */
  readonly removeUnreferenced: boolean;
  readonly onDamaged: (damaged: DamagedObject) => void;
  readonly onProgress: (bytes: number) => void;
}

export interface DamagedObject {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string | undefined;
  /** The id of an upload in progress. */
  readonly uploadId: string | undefined;
  readonly blobId: string;
  readonly found: string;
}

export interface CheckedObjects {
  readonly objects: number;
  readonly bytes: number;
  /** Objects of which only the sizes are known: they are encrypted with customers' keys. */
  readonly withoutChecksum: number;
  readonly damaged: number;
  /** Files that no row refers to. */
  readonly unreferenced: { readonly files: number; readonly bytes: number };
  readonly removed: boolean;
}

/**
 * Compares all objects in a data folder with their sizes and checksums, even beside a server.
 * Rejects with DataFolderError if there is none, or if it is in use and files are to be removed.
 */
export async function checkObjects(options: CheckObjectsOptions): Promise<CheckedObjects> {
  const { dataDir, database, removeUnreferenced } = options;
  const file = join(dataDir, "rolecast.db");
  if (database === undefined && !existsSync(file))
    throw new DataFolderError(
      `${dataDir} holds no rolecast.db. Name the folder that the server has with --data, or its database with --database.`,
    );
  const unlock = lockUnlessServed(dataDir, removeUnreferenced);
  // A server may start while the folder is only read.
  if (!removeUnreferenced) unlock?.();
  try {
    const { db, close } = await openReader(file, database);
    try {
      await refuseStore(db as unknown as Kysely<S3Tables>);
      return await check(db as unknown as Kysely<S3Tables>, unlock !== undefined, options);
    } finally {
      await close();
    }
  } finally {
    if (removeUnreferenced) unlock?.();
  }
}

/** Rejects where the bytes are in an object store, which compares what it keeps by itself. */
async function refuseStore(db: Kysely<S3Tables>): Promise<void> {
  // A database of an earlier release lacks the table, and has all bytes in the folder.
  const place = await selectPlace(db).catch(() => undefined);
  if (place)
    throw new DataFolderError(
      `Only files are compared here, and objects' bytes are in ${place.store}.`,
    );
}

/** Returns undefined if a server uses the folder. */
function lockUnlessServed(dataDir: string, isNeeded: boolean): (() => void) | undefined {
  try {
    return lockDataFolder(dataDir);
  } catch (error) {
    if (isNeeded || !(error instanceof DataFolderInUseError)) throw error;
    return undefined;
  }
}

async function check(
  db: Kysely<S3Tables>,
  isStopped: boolean,
  options: CheckObjectsOptions,
): Promise<CheckedObjects> {
  const dir = placeBelow(options.dataDir, BLOBS_FOLDER);
  const counts = { objects: 0, bytes: 0, withoutChecksum: 0, damaged: 0 };
  let breath = 0;
  const pace = async (bytes: number) => {
    counts.bytes += bytes;
    breath += bytes;
    if (breath < BREATH_BYTES) return;
    breath = 0;
    options.onProgress(counts.bytes);
    await nextTurn();
  };
  for (let place: Place | undefined = BEGINNING; place; ) {
    const page = await pageOfStored(place, PAGE_SIZE, db);
    for (const { blobs, ...object } of page.objects) {
      counts.objects++;
      for (const blob of blobs) {
        if (!blob.digest && blob.sizeBytes > 0) counts.withoutChecksum++;
        const found = await checkBlob({ dir, db }, blob, pace);
        if (found === undefined) continue;
        const { blobId } = blob;
        // Deleted since the page was read.
        if (!(await findReferencedBlobs([blobId], db)).has(blobId)) continue;
        counts.damaged++;
        options.onDamaged({ ...object, blobId, found });
      }
    }
    place = page.next;
  }
  if (options.removeUnreferenced && counts.objects === 0)
    throw new DataFolderError(
      "The database knows no object at all. If it is the right one, remove the folder s3/blobs yourself.",
    );
  const unreferenced = await findUnreferenced(dir, db, isStopped, options.removeUnreferenced);
  return { ...counts, unreferenced, removed: options.removeUnreferenced };
}

async function findUnreferenced(
  dir: string,
  db: Kysely<S3Tables>,
  isStopped: boolean,
  remove: boolean,
): Promise<{ files: number; bytes: number }> {
  const unreferenced = { files: 0, bytes: 0 };
  // A running server's uploads have no row yet.
  const open = isStopped ? new Set<string>() : await openWriters(db);
  for (const folder of existsSync(dir) ? await readdir(dir) : []) {
    if (open.has(prefixOf(folder))) continue;
    const blobIds = (await readdir(placeBelow(dir, folder))).map((name) => `${folder}/${name}`);
    for (let at = 0; at < blobIds.length; at += LOOKUP_SIZE) {
      const batch = blobIds.slice(at, at + LOOKUP_SIZE);
      const referenced = await findReferencedBlobs(batch, db);
      for (const blobId of batch.filter((each) => !referenced.has(each))) {
        try {
          unreferenced.bytes += (await stat(placeBelow(dir, blobId))).size;
          unreferenced.files++;
        } catch (error) {
          if (!hasCode(error, "ENOENT")) throw error;
        }
        if (remove) await rm(placeBelow(dir, blobId), { force: true });
      }
    }
  }
  return unreferenced;
}

async function openWriters(db: Kysely<S3Tables>): Promise<ReadonlySet<string>> {
  const rows = await db
    .selectFrom("s3_writers")
    .select("prefix")
    .where("ended_ms", "is", null)
    .execute();
  return new Set(rows.map(({ prefix }) => prefix));
}
