import type { Clock } from "../../kernel/clock.ts";
import { pathBelow, placeBelow } from "../../kernel/files/path-below.ts";
import { UNWATCHED_DISK } from "../../kernel/ports/disk-space.ts";
import type { ServiceDependencies } from "../../kernel/service.ts";
import { BLOBS_FOLDER, BlobFiles } from "./blobs/blob-files.ts";
import { BlobHolds } from "./blobs/blob-holds.ts";
import { BlobLeases } from "./blobs/blob-leases.ts";
import type { BlobStore } from "./blobs/blob-store.ts";
import { BlobSweeper } from "./blobs/blob-sweeper.ts";
import { BlobWriters } from "./blobs/blob-writers.ts";
import { InlineBlobs, type InlineLimits } from "./blobs/inline-blobs.ts";
import { MovingBlobs } from "./blobs/moving-blobs.ts";
import { MARKS_FOLDER } from "./blobs/writer-marks.ts";
import { BlobCache } from "./remote/blob-cache.ts";
import { BlobRemovals } from "./remote/blob-removals.ts";
import { RemoteMarks } from "./remote/ended-marks.ts";
import type { ObjectStoreSettings } from "./remote/object-store-settings.ts";
import { RemoteBlobs } from "./remote/remote-blobs.ts";
import { LATE_WRITES_MS_MAX, sweepWriter } from "./remote/remote-sweep.ts";
import { StoreClient } from "./remote/store-client.ts";
import { findReferencedBlobs } from "./rows/referenced-blobs.ts";
import { findRemovals } from "./rows/removals.ts";
import type { S3Tables } from "./tables.ts";

export interface BlobPlaceOptions
  extends Pick<ServiceDependencies, "store" | "ids" | "log" | "durable" | "disk" | "dataDir"> {
  readonly clock: Clock;
  /** The URL at which the other nodes reach this one. */
  readonly nodeUrl: () => string;
  /** Undefined: bytes are files of the data folder alone. */
  readonly objects: ObjectStoreSettings | undefined;
  readonly inlineLimits: InlineLimits;
}

/** The place of objects' bytes with everything that keeps it in order. */
export interface BlobPlace {
  readonly blobs: BlobStore;
  readonly leases: BlobLeases;
  readonly writers: BlobWriters;
  readonly sweeper: BlobSweeper;
  /** The folder of files; undefined if new bytes are written elsewhere. */
  readonly dir: string | undefined;
  /** The object store, if there is one. */
  readonly remote:
    | {
        readonly client: StoreClient;
        readonly removals: BlobRemovals;
        /** Undefined: the settings want none. */
        readonly cache: BlobCache | undefined;
      }
    | undefined;
}

/** Makes the place that the settings name. Nothing is opened yet. */
export function openBlobPlace(options: BlobPlaceOptions): BlobPlace {
  const { objects, store, clock, ids, log, durable, disk, dataDir } = options;
  const { db } = store.tables<S3Tables>();
  const client = objects && new StoreClient(objects, log);
  const writers: BlobWriters = new BlobWriters({
    store,
    // Not below `s3`, where there is nothing but objects' bytes.
    marksDir: pathBelow(dataDir, MARKS_FOLDER),
    elsewhere: client && store.shared ? new RemoteMarks(client, log) : undefined,
    durable,
    clock,
    ids,
    log,
    nodeUrl: options.nodeUrl,
    lost: (prefix) => blobs.abandon(prefix),
    ended: () => sweeper.wake(),
  });
  const dir = placeBelow(dataDir, BLOBS_FOLDER);
  const register = () => writers.register();
  const holds = new BlobHolds(dataDir);
  const files = new BlobFiles({ dir, durable, register, log, holds, disk });
  const cache = objects && objects.cacheBytes > 0 ? new BlobCache(objects.cacheBytes) : undefined;
  const remoteBlobs = client && new RemoteBlobs({ client, durable, register, log, cache });
  const blobs: BlobStore = new InlineBlobs({
    elsewhere: remoteBlobs ? movingBlobs(remoteBlobs, files, objects) : files,
    db,
    limits: options.inlineLimits,
    clock,
    ids,
    // A database that nodes share is on a disk of its own.
    disk: store.shared ? UNWATCHED_DISK : disk,
  });
  const removals: BlobRemovals | undefined =
    remoteBlobs &&
    new BlobRemovals({
      store,
      clock,
      log,
      held: () => leases.doomed,
      async remove(blobIds) {
        await files.remove(blobIds);
        await remoteBlobs.removeNow(blobIds);
      },
    });
  const leases: BlobLeases = removals
    ? new BlobLeases(
        async () => removals.wake(),
        (blobIds, tx) => removals.note(blobIds, tx),
      )
    : new BlobLeases((blobIds) => blobs.remove(blobIds));
  const findReferenced = (blobIds: readonly string[]) => findReferencedBlobs(blobIds, db);
  const findKnown = async (blobIds: readonly string[]) => {
    // In this order: one transaction drops a row and notes the removal.
    const referenced = await findReferenced(blobIds);
    return new Set([...referenced, ...(await findRemovals(blobIds, db))]);
  };
  const sweeper = new BlobSweeper({
    dir,
    blobs: files,
    writers,
    findReferenced,
    sweepElsewhere: client && ((prefix) => sweepWriter(prefix, { client, findKnown })),
    lateMs: client && LATE_WRITES_MS_MAX,
    log,
  });
  return {
    blobs,
    leases,
    writers,
    sweeper,
    dir: objects?.type === "s3" ? undefined : dir,
    remote: client && removals && { client, removals, cache },
  };
}

/** New bytes are written where the settings say, and older ones may still be in the other place. */
function movingBlobs(
  remote: RemoteBlobs,
  files: BlobFiles,
  objects: ObjectStoreSettings | undefined,
): BlobStore {
  return objects?.type === "folder"
    ? new MovingBlobs(files, remote)
    : new MovingBlobs(remote, files);
}
