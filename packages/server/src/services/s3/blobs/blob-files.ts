import { constants, type FileHandle, link, mkdir, open, rm, stat, unlink } from "node:fs/promises";
import type { Readable } from "node:stream";
import type { AwsError } from "../../../kernel/aws-error.ts";
import { pasteable } from "../../../kernel/command-line.ts";
import type { FileBody } from "../../../kernel/files/file-body.ts";
import { pathBelow, placeBelow } from "../../../kernel/files/path-below.ts";
import { makeFolderDurably } from "../../../kernel/files/write-durably.ts";
import type { DiskSpace } from "../../../kernel/ports/disk-space.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import { StoreUnavailableError } from "../../../kernel/store.ts";
import { inBackground } from "../../../kernel/work/in-background.ts";
import type { OneAtATime } from "../../../kernel/work/one-at-a-time.ts";
import { after, type CallOff } from "../../../kernel/work/timers.ts";
import { sealBlob } from "../encryption/blob-cipher.ts";
import { internalError } from "../errors.ts";
import type { BlobHolds } from "./blob-holds.ts";
import { BlobReader } from "./blob-reader.ts";
import type {
  BlobReadOptions,
  BlobSlice,
  BlobStore,
  BlobWriteOptions,
  WrittenBlob,
} from "./blob-store.ts";
import type { ByteSource } from "./each-chunk.ts";
import { folderSync } from "./folder-sync.ts";
import { type BlobObserver, type BlobSink, writeAll } from "./write-all.ts";

/** Below the data folder. */
export const BLOBS_FOLDER = "s3/blobs";

/** Files of one folder; a listing of it stays small, and concurrent writers share its fsync. */
const BLOBS_PER_FOLDER = 4096;

/**
 * Empty files made at once and kept open. Their names are durable before anybody needs them, so
 * that a write waits for its own bytes only; one fsync of the folder serves them all.
 */
const BLANKS_PER_BATCH = 32;

/**
 * A pipe in a blob's place must not hold the thread that opens it until somebody writes into it.
 */
const READ_ONLY = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

export interface BlobFilesOptions {
  /** Holds nothing but blobs. */
  readonly dir: string;
  /** False: nothing is fsynced. */
  readonly durable: boolean;
  /** Makes this process known before its first file exists; resolves to its prefix of blob ids. */
  readonly register: () => Promise<string>;
  readonly log: Log;
  /** Left out: no process holds blobs. */
  readonly holds?: BlobHolds;
  readonly disk: DiskSpace;
}

/** Files that wait for the end of a copy. */
const DOOMED_MAX = 200_000;
const REMOVAL_DELAY_MS = 2_000;

/** How file systems say that a file can't have a second name there. */
const NO_LINK = ["EPERM", "EXDEV", "EMLINK", "ENOTSUP", "EOPNOTSUPP"] as const;

/** Sizes that are compared at once. */
const SIZES_AT_ONCE = 16;

interface Blank {
  readonly blobId: string;
  readonly handle: FileHandle;
}

interface Folder {
  readonly name: string;
  /** Makes the names of the files in it durable. */
  readonly syncNames: OneAtATime;
  blobCount: number;
}

/**
 * Blobs that are files of a folder; no rename is needed. When `write` resolves, bytes and directory
 * entry are on the disk.
 */
export class BlobFiles implements BlobStore {
  readonly #options: BlobFilesOptions;
  /** The prefix of the writer that is registered now. */
  #prefix: string | undefined;
  readonly #blanks: Blank[] = [];
  /** To be removed once no reader holds them. */
  readonly #doomed: string[] = [];
  #callOffRemoval: CallOff | undefined;
  #makingBlanks: Promise<void> | undefined;
  #folder: Folder | undefined;
  #makingFolder: Promise<void> | undefined;
  #folderCount = 0;

  constructor(options: BlobFilesOptions) {
    this.#options = options;
  }

  /** Rejects with DiskFullError, before it reads or in the middle, when there is no room. */
  async write(
    source: ByteSource,
    observer: BlobObserver,
    { key, expectedBytes = 0, checkSize, isEssential = false }: BlobWriteOptions = {},
  ): Promise<WrittenBlob> {
    const { disk } = this.#options;
    if (!isEssential) await disk.admit(expectedBytes);
    const spend = (bytes: number) => {
      disk.wrote(bytes);
      return isEssential ? undefined : disk.admit(0);
    };
    const { blobId, handle } = await this.#takeBlank();
    try {
      const seal = key && sealBlob(key, blobId);
      const sizeBytes = await writeAll(source, sinkOf(handle), observer, {
        seal,
        spend,
        checkSize,
      });
      if (this.#options.durable) await handle.datasync();
      await handle.close();
      return { blobId, sizeBytes };
    } catch (error) {
      await handle.close();
      await this.#unlink(blobId);
      throw error;
    }
  }

  /** A second name for a blob's bytes. Undefined where files can't be linked, and without one. */
  async copy({ blobId: existing, sizeBytes }: WrittenBlob): Promise<WrittenBlob | undefined> {
    const folder = await this.#openFolder();
    const blobId = this.#nameBlob(folder);
    try {
      await link(this.#path(existing), this.#path(blobId));
    } catch (error) {
      if (["ENOENT", ...NO_LINK].some((code) => hasCode(error, code))) return undefined;
      throw error;
    }
    const { size } = await stat(this.#path(blobId));
    if (size !== sizeBytes) {
      await this.#unlink(blobId);
      throw this.damaged(existing, `${size} bytes instead of ${sizeBytes}`);
    }
    if (this.#options.durable) await folder.syncNames.run();
    return { blobId, sizeBytes };
  }

  /**
   * Makes a file a new blob, by a second name for its bytes. Undefined where files can't be linked:
   * on another file system, or on one that has no links. Rejects with DiskFullError when there is
   * no room for bodies, and with InternalError where the file isn't as long as was said.
   */
  async adopt(file: FileBody, isEssential = false): Promise<WrittenBlob | undefined> {
    const { disk, durable } = this.#options;
    const { path, sizeBytes } = file;
    if (!isEssential) await disk.admit(sizeBytes);
    const folder = await this.#openFolder();
    const blobId = this.#nameBlob(folder);
    try {
      await link(path, this.#path(blobId));
    } catch (error) {
      if (NO_LINK.some((code) => hasCode(error, code))) return undefined;
      throw error;
    }
    try {
      const handle = await this.open(blobId);
      try {
        const { size } = await handle.stat();
        if (size !== sizeBytes) throw this.damaged(blobId, `${size} bytes instead of ${sizeBytes}`);
        if (durable) await Promise.all([handle.datasync(), folder.syncNames.run()]);
      } finally {
        await handle.close();
      }
    } catch (error) {
      await this.#unlink(blobId);
      throw error;
    }
    return { blobId, sizeBytes };
  }

  /** Opens the first file, and compares the sizes of all. */
  async read(
    slices: readonly BlobSlice[],
    release: () => void,
    { key }: BlobReadOptions = {},
  ): Promise<Readable> {
    const [first] = slices;
    const handle = first ? await this.open(first.blobId) : undefined;
    const reader = new BlobReader(this, slices, handle, release, key);
    // The first bytes are read while the sizes are compared.
    reader.once("error", () => undefined).read(0);
    await this.requireWhole(
      slices.map(({ blobId, blobBytes: sizeBytes }) => ({ blobId, sizeBytes })),
    ).catch((error: unknown) => {
      reader.destroy();
      throw error;
    });
    if (reader.errored) throw reader.errored;
    return reader;
  }

  async requireWhole(blobs: readonly WrittenBlob[]): Promise<void> {
    for (let at = 0; at < blobs.length; at += SIZES_AT_ONCE) {
      const checks = blobs.slice(at, at + SIZES_AT_ONCE).map(async ({ blobId, sizeBytes }) => {
        const { size } = await stat(this.#path(blobId));
        if (size !== sizeBytes) throw this.damaged(blobId, `${size} bytes instead of ${sizeBytes}`);
      });
      await Promise.all(checks);
    }
  }

  /** Logs what is wrong with a blob's file, and makes the error that its reader gets. */
  damaged(blobId: string, found: string): AwsError {
    const message = pasteable(
      "A file of an S3 object is damaged or missing. `$0 doctor --objects` names the object.",
    );
    this.#options.log.error({ blobId, found }, message);
    return internalError();
  }

  /** For reading. Rejects with ENOENT when the blob has been removed. */
  open(blobId: string): Promise<FileHandle> {
    return openBlobFile(this.#path(blobId));
  }

  /**
   * Removes blobs that no row refers to any more, later while a copy of the folder is being made. A
   * failure is logged, and the sweep's to repair.
   */
  async remove(blobIds: readonly string[]): Promise<void> {
    if (await this.#options.holds?.isHeld()) this.#removeLater(blobIds);
    else for (const blobId of blobIds) await this.#unlink(blobId);
  }

  /** After a write failed with `error`. Where its row may be committed all the same, bytes stay. */
  async discard(blobIds: readonly string[], error: unknown): Promise<void> {
    if (error instanceof StoreUnavailableError && error.commitUnknown) return;
    await this.remove(blobIds);
  }

  #removeLater(blobIds: readonly string[]): void {
    // What is forgotten here has no row: the next start's sweep finds it.
    if (this.#doomed.length + blobIds.length > DOOMED_MAX) return;
    this.#doomed.push(...blobIds);
    this.#callOffRemoval ??= after(REMOVAL_DELAY_MS, () => {
      this.#callOffRemoval = undefined;
      inBackground(this.remove(this.#doomed.splice(0)));
    });
  }

  /** Gives back the files that were made in advance. */
  async close(): Promise<void> {
    this.#callOffRemoval?.();
    this.#callOffRemoval = undefined;
    await this.#makingBlanks?.catch(() => undefined);
    await this.#giveBack(this.#blanks.splice(0));
  }

  /** The writer `prefix` was ended: what is written next is another one's. */
  async abandon(prefix: string): Promise<void> {
    if (this.#prefix !== prefix) return;
    this.#prefix = undefined;
    this.#folder = undefined;
    await this.#giveBack(this.#blanks.splice(0));
  }

  /** Removes every blob. */
  async clear(): Promise<void> {
    await this.close();
    this.#doomed.length = 0;
    this.#folder = undefined;
    this.#prefix = undefined;
    await rm(this.#options.dir, { recursive: true, force: true });
  }

  /** An empty file of ours alone. The next batch is made before this one is used up. */
  async #takeBlank(): Promise<Blank> {
    for (;;) {
      const blank = this.#blanks.pop();
      if (this.#blanks.length < BLANKS_PER_BATCH / 2) {
        this.#makingBlanks ??= this.#makeBlanks().finally(() => {
          this.#makingBlanks = undefined;
        });
        // With a blank at hand a failure is the next one's to meet.
        if (blank) this.#makingBlanks.catch(() => undefined);
      }
      if (blank) return blank;
      await this.#makingBlanks;
    }
  }

  async #makeBlanks(): Promise<void> {
    const folder = await this.#openFolder();
    const made: Blank[] = [];
    try {
      for (let count = 0; count < BLANKS_PER_BATCH; count++) {
        const blobId = this.#nameBlob(folder);
        made.push({ blobId, handle: await open(this.#path(blobId), "wx", 0o600) });
      }
      if (this.#options.durable) await folder.syncNames.run();
    } catch (error) {
      for (const { handle } of made) await handle.close();
      throw error;
    }
    if (this.#prefix !== undefined && folder.name.startsWith(`${this.#prefix}-`))
      this.#blanks.push(...made);
    else await this.#giveBack(made);
  }

  async #giveBack(blanks: readonly Blank[]): Promise<void> {
    for (const { blobId, handle } of blanks) {
      await handle.close();
      await this.#unlink(blobId);
    }
  }

  #nameBlob(folder: Folder): string {
    return `${folder.name}/${(folder.blobCount++).toString(36)}`;
  }

  /** The folder for new blobs: a fresh one when the last is full. */
  async #openFolder(): Promise<Folder> {
    for (;;) {
      const folder = this.#folder;
      if (folder && folder.blobCount < BLOBS_PER_FOLDER) return folder;
      this.#makingFolder ??= this.#makeFolder().finally(() => {
        this.#makingFolder = undefined;
      });
      await this.#makingFolder;
    }
  }

  async #makeFolder(): Promise<void> {
    const { dir, durable, register } = this.#options;
    this.#prefix ??= await register();
    const name = `${this.#prefix}-${(this.#folderCount++).toString(36)}`;
    if (durable) await makeFolderDurably(pathBelow(dir, name));
    else await mkdir(pathBelow(dir, name), { recursive: true, mode: 0o700 });
    this.#folder = { name, syncNames: folderSync(pathBelow(dir, name)), blobCount: 0 };
  }

  async #unlink(blobId: string): Promise<void> {
    try {
      await unlink(this.#path(blobId));
    } catch (error) {
      if (hasCode(error, "ENOENT")) return;
      this.#options.log.warn({ blobId, err: error }, "An S3 object's old file was not removed.");
    }
  }

  #path(blobId: string): string {
    return placeBelow(this.#options.dir, blobId);
  }
}

function sinkOf(handle: FileHandle): BlobSink {
  return {
    async write(bytes) {
      let rest = bytes;
      while (rest.byteLength > 0) {
        const { bytesWritten } = await handle.write(rest);
        rest = rest.subarray(bytesWritten);
      }
    },
  };
}

/** For reading, whatever somebody has put there. */
export function openBlobFile(path: string): Promise<FileHandle> {
  return open(path, READ_ONLY);
}

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
