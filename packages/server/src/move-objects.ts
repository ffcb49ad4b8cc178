import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Kysely } from "kysely";
import { ConfigError } from "./config/config-error.ts";
import { loadConfig } from "./config/load-config.ts";
import { objectStoreOf } from "./config/objects.ts";
import type { ConfigInput } from "./config/settings.ts";
import { placeBelow } from "./kernel/files/path-below.ts";
import { syncFolder } from "./kernel/files/write-durably.ts";
import type { Log } from "./kernel/ports/log.ts";
import { BLOBS_FOLDER } from "./services/s3/blobs/blob-files.ts";
import { BlobMove, GONE, MOVED, THERE } from "./services/s3/check/move-blob.ts";
import {
  BEGINNING,
  type Place,
  pageOfStored,
  type StoredBlob,
  type StoredObject,
} from "./services/s3/check/stored-objects.ts";
import { placeOf } from "./services/s3/remote/object-store-settings.ts";
import { keyOf } from "./services/s3/remote/remote-blobs.ts";
import { StoreClient } from "./services/s3/remote/store-client.ts";
import { isInline } from "./services/s3/rows/inline-blobs.ts";
import { selectPlace } from "./services/s3/rows/places.ts";
import { findReferencedBlobs } from "./services/s3/rows/referenced-blobs.ts";
import type { S3Tables } from "./services/s3/tables.ts";
import { openReader } from "./storage/open-reader.ts";

const PAGE_SIZE = 200;
const BLOBS_AT_ONCE = 8;

export interface MoveObjectsOptions {
  readonly to: "s3" | "folder";
  /** Settings that were given; the rest comes from the file and from variables. */
  readonly given: ConfigInput;
  readonly file: string | undefined;
  readonly onFailed: (failed: FailedMove) => void;
  readonly onProgress: (bytes: number) => void;
}

/** Bytes that stay where they are, since something is wrong with them. */
export interface FailedMove {
  readonly bucket: string;
  readonly key: string;
  readonly found: string;
}

export interface MovedObjects {
  readonly moved: number;
  readonly bytes: number;
  /** At the new place already. */
  readonly there: number;
  readonly failed: number;
}

/**
 * Moves all objects' bytes to where the settings have new ones written, beside the server that has
 * these settings. What a run has moved the next one leaves alone. Rejects with ConfigError when the
 * server doesn't have the settings, and with SlowDown when the store is away.
 */
export async function moveObjects(options: MoveObjectsOptions): Promise<MovedObjects> {
  const { to, given, file } = options;
  const config = await loadConfig({ given, file, environment: process.env });
  const objects = objectStoreOf(config);
  if (!objects)
    throw new ConfigError("The setting objects names no store to move bytes to or from.");
  const dataDir = resolve(config.data);
  const database = join(dataDir, "rolecast.db");
  if (config.database === undefined && !existsSync(database))
    throw new ConfigError(`${dataDir} holds no rolecast.db: name the folder that the server has.`);
  const client = new StoreClient(objects, SILENT);
  const { db: tables, close } = await openReader(database, config.database);
  const db = tables as unknown as Kysely<S3Tables>;
  try {
    const place = await selectPlace(db);
    if (place?.type !== to || place.store !== placeOf(objects))
      throw new ConfigError(
        `Start the server with objects.type: ${to} and this store first: its last start had ${place ? `${place.type} and ${place.store}` : "none"}.`,
      );
    return await moveAll(db, client, placeBelow(dataDir, BLOBS_FOLDER), options);
  } finally {
    await close();
    await client.close();
  }
}

async function moveAll(
  db: Kysely<S3Tables>,
  client: StoreClient,
  dir: string,
  { to, onFailed, onProgress }: MoveObjectsOptions,
): Promise<MovedObjects> {
  const counts = { moved: 0, bytes: 0, there: 0, failed: 0 };
  const isReferenced = async (id: string) => (await findReferencedBlobs([id], db)).has(id);
  const move = new BlobMove({ dir, client, isReferenced });
  const moveOne = async (object: StoredObject, blob: StoredBlob): Promise<string | undefined> => {
    const outcome = to === "s3" ? await move.toStore(blob) : await move.toFolder(blob);
    if (outcome === GONE) return undefined;
    if (outcome === THERE) counts.there++;
    else if (outcome === MOVED) {
      counts.moved++;
      counts.bytes += blob.sizeBytes;
      onProgress(counts.bytes);
    } else {
      counts.failed++;
      onFailed({ bucket: object.bucket, key: object.key, found: outcome });
      return undefined;
    }
    return blob.blobId;
  };
  for (let at: Place | undefined = BEGINNING; at; ) {
    const page = await pageOfStored(at, PAGE_SIZE, db);
    const waiting = page.objects.flatMap((object) =>
      // Objects without bytes have nothing to move, and what is in the database stays there.
      object.blobs
        .filter(({ sizeBytes, blobId }) => sizeBytes > 0 && !isInline(blobId))
        .map((blob) => ({ object, blob })),
    );
    const done: string[] = [];
    const workers = Array.from({ length: BLOBS_AT_ONCE }, async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const blobId = await moveOne(next.object, next.blob);
        if (blobId !== undefined) done.push(blobId);
      }
    });
    await Promise.all(workers);
    if (to === "folder" && done.length > 0) {
      for (const folder of new Set(done.map((id) => dirname(placeBelow(dir, id)))))
        await syncFolder(folder);
      for (let from = 0; from < done.length; from += PAGE_SIZE)
        await client.delete(done.slice(from, from + PAGE_SIZE).map(keyOf));
    }
    at = page.next;
  }
  return counts;
}

/** Failures are the caller's to show. */
const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {} };
