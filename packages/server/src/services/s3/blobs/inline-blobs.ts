import { Readable } from "node:stream";
import type { Kysely } from "kysely";
import type { AwsError } from "../../../kernel/aws-error.ts";
import type { Clock } from "../../../kernel/clock.ts";
import type { FileBody } from "../../../kernel/files/file-body.ts";
import type { Ids } from "../../../kernel/ids.ts";
import type { DiskSpace } from "../../../kernel/ports/disk-space.ts";
import { openBlob, sealBlob } from "../encryption/blob-cipher.ts";
import { incompleteBody } from "../errors.ts";
import { isInline, nameInline, selectInlineBytes } from "../rows/inline-blobs.ts";
import type { S3Tables } from "../tables.ts";
import type {
  BlobReadOptions,
  BlobSlice,
  BlobStore,
  BlobWriteOptions,
  WrittenBlob,
} from "./blob-store.ts";
import type { ByteSource } from "./each-chunk.ts";
import { type BlobObserver, writeAll } from "./write-all.ts";

const RANDOM_LENGTH = 16;

/** The longest bodies that are kept in the database; 0: none are. */
export interface InlineLimits {
  readonly bytesMax: number;
  /**
   * Those that the server itself writes, again and again as a recording grows: its playlists. A row
   * takes fewer calls than a file that replaces another one.
   */
  readonly essentialBytesMax: number;
}

export interface InlineBlobsOptions {
  /** The place of all other blobs. */
  readonly elsewhere: BlobStore;
  readonly db: Kysely<S3Tables>;
  readonly limits: InlineLimits;
  readonly clock: Clock;
  readonly ids: Ids;
  /** The disk that holds the database. */
  readonly disk: DiskSpace;
}

/**
 * Small blobs are rows of the database, committed with the row that refers to them (docs/adr/0043);
 * all others are elsewhere. A blob's id says which it is, so the limits may change at any start.
 */
export class InlineBlobs implements BlobStore {
  readonly #options: InlineBlobsOptions;
  readonly #elsewhere: BlobStore;

  constructor(options: InlineBlobsOptions) {
    this.#options = options;
    this.#elsewhere = options.elsewhere;
  }

  /** An inline blob isn't written yet when this resolves: its bytes are the commit's to insert. */
  async write(
    source: ByteSource,
    observer: BlobObserver,
    options: BlobWriteOptions = {},
  ): Promise<WrittenBlob> {
    const { limits, disk } = this.#options;
    const { expectedBytes, mayBeInline = false, isEssential = false, key, checkSize } = options;
    const bytesMax = isEssential ? limits.essentialBytesMax : limits.bytesMax;
    const isSmall = expectedBytes !== undefined && expectedBytes <= bytesMax;
    if (bytesMax === 0 || !mayBeInline || !isSmall)
      return this.#elsewhere.write(source, observer, options);
    if (!isEssential) await disk.admit(expectedBytes);
    const blobId = this.#newId();
    const bytes = Buffer.alloc(expectedBytes);
    let filled = 0;
    const write = async (batch: Buffer) => {
      if (batch.byteLength > bytes.byteLength - filled) throw incompleteBody();
      filled += batch.copy(bytes, filled);
    };
    const seal = key && sealBlob(key, blobId);
    const spend = () => undefined;
    const sizeBytes = await writeAll(source, { write }, observer, { seal, spend, checkSize });
    disk.wrote(sizeBytes);
    return { blobId, sizeBytes, inlineBytes: bytes.subarray(0, sizeBytes) };
  }

  async copy(blob: WrittenBlob): Promise<WrittenBlob | undefined> {
    if (!isInline(blob.blobId)) return this.#elsewhere.copy(blob);
    const { sizeBytes } = blob;
    const inlineBytes =
      sizeBytes === 0 ? Buffer.alloc(0) : await selectInlineBytes(blob.blobId, this.#options.db);
    if (!inlineBytes) return undefined;
    this.#requireSize(blob.blobId, inlineBytes.byteLength, sizeBytes);
    return { blobId: this.#newId(), sizeBytes, inlineBytes };
  }

  adopt(file: FileBody, isEssential: boolean): Promise<WrittenBlob | undefined> {
    return this.#elsewhere.adopt(file, isEssential);
  }

  /** Parts of an upload are never inline, so an inline slice is the only one. */
  async read(
    slices: readonly BlobSlice[],
    release: () => void,
    options: BlobReadOptions = {},
  ): Promise<Readable> {
    const [slice] = slices;
    if (!slice || !isInline(slice.blobId)) return this.#elsewhere.read(slices, release, options);
    const { blobId, blobBytes, start, length } = slice;
    const bytes = await selectInlineBytes(blobId, this.#options.db);
    if (!bytes) throw Object.assign(new Error("no such blob"), { code: "ENOENT" });
    this.#requireSize(blobId, bytes.byteLength, blobBytes);
    const wanted = bytes.subarray(start, start + length);
    release();
    const { key } = options;
    return Readable.from(key ? openBlob(key, blobId, start)(wanted) : wanted);
  }

  async requireWhole(blobs: readonly WrittenBlob[]): Promise<void> {
    await this.#elsewhere.requireWhole(blobs);
  }

  async remove(blobIds: readonly string[]): Promise<void> {
    const others = blobIds.filter((blobId) => !isInline(blobId));
    if (others.length > 0) await this.#elsewhere.remove(others);
  }

  async discard(blobIds: readonly string[], error: unknown): Promise<void> {
    const others = blobIds.filter((blobId) => !isInline(blobId));
    if (others.length > 0) await this.#elsewhere.discard(others, error);
  }

  damaged(blobId: string, found: string): AwsError {
    return this.#elsewhere.damaged(blobId, found);
  }

  abandon(prefix: string): Promise<void> {
    return this.#elsewhere.abandon(prefix);
  }

  close(): Promise<void> {
    return this.#elsewhere.close();
  }

  /** The rows are the database's to empty. */
  clear(): Promise<void> {
    return this.#elsewhere.clear();
  }

  #newId(): string {
    const { clock, ids } = this.#options;
    return nameInline(clock.nowMs(), ids.alphanumeric(RANDOM_LENGTH));
  }

  #requireSize(blobId: string, found: number, sizeBytes: number): void {
    if (found !== sizeBytes) throw this.damaged(blobId, `${found} bytes instead of ${sizeBytes}`);
  }
}
