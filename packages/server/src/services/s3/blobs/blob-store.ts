import type { Readable } from "node:stream";
import type { AwsError } from "../../../kernel/aws-error.ts";
import type { FileBody } from "../../../kernel/files/file-body.ts";
import type { ByteSource } from "./each-chunk.ts";
import type { BlobObserver, SizeCheck } from "./write-all.ts";

/** How a body is written. */
export interface BlobWriteOptions {
  /** A customer's, to encrypt it with. */
  readonly key?: Buffer | undefined;
  /** Its size, if that is known. */
  readonly expectedBytes?: number | undefined;
  readonly checkSize?: SizeCheck | undefined;
  /** A small one may be committed with its row, by `ObjectCommits`. */
  readonly mayBeInline?: boolean;
  /** Also on a disk that is nearly full. */
  readonly isEssential?: boolean;
}

/** How blobs are read. */
export interface BlobReadOptions {
  /** The key that they are encrypted with. */
  readonly key?: Buffer | undefined;
  /** True: bytes that were read before may be answered from memory. */
  readonly mayBeCached?: boolean;
}

export interface WrittenBlob {
  /** `<prefix>-<folder>/<file>`; made by us, never from anything that a client sent. */
  readonly blobId: string;
  readonly sizeBytes: number;
  /** The bytes themselves, where they are to be committed with the row that refers to them. */
  readonly inlineBytes?: Buffer | undefined;
}

/** A part of a blob. */
export interface BlobSlice {
  readonly blobId: string;
  /** The size of the whole blob. */
  readonly blobBytes: number;
  readonly start: number;
  readonly length: number;
}

/**
 * The place of blobs' bytes: a folder, or somebody's object store. A blob is immutable, and its
 * name is new and known to no reader until the row that refers to it is committed, so the commit is
 * the moment that makes it visible: what a crash leaves behind before that is an orphan, which a
 * sweep removes.
 */
export interface BlobStore {
  /**
   * Writes a new blob, which outlives a crash once this resolves; nothing of it stays when `source`
   * fails. Rejects, before it reads or in the middle, when there is no room for bodies, or when the
   * place doesn't answer.
   */
  write(
    source: ByteSource,
    observer: BlobObserver,
    options?: BlobWriteOptions,
  ): Promise<WrittenBlob>;
  /**
   * Makes a second blob with the same bytes and a life of its own, without reading them. Undefined
   * where the bytes must be read instead. Rejects with InternalError where the blob isn't whole.
   */
  copy(blob: WrittenBlob): Promise<WrittenBlob | undefined>;
  /**
   * Makes a file a new blob. Undefined where its bytes must be written. Rejects with InternalError
   * where the file isn't as long as was said.
   */
  adopt(file: FileBody, isEssential: boolean): Promise<WrittenBlob | undefined>;
  /**
   * Opens slices of blobs one after the other, deciphered; resolves once the first bytes can be
   * had. `release` is called at the stream's end, or when it is destroyed.
   * Rejects with ENOENT when a blob has been removed, and with InternalError where one isn't whole.
   */
  read(
    slices: readonly BlobSlice[],
    release: () => void,
    options?: BlobReadOptions,
  ): Promise<Readable>;
  /**
   * Resolves when all the blobs have the sizes that their rows have. Rejects with ENOENT, and with
   * InternalError where one is shorter or longer.
   */
  requireWhole(blobs: readonly WrittenBlob[]): Promise<void>;
  /** Removes blobs that no row refers to. A failure is logged, and the sweep's to repair. */
  remove(blobIds: readonly string[]): Promise<void>;
  /** After a write failed with `error`. Where its row may be committed all the same, bytes stay. */
  discard(blobIds: readonly string[], error: unknown): Promise<void>;
  /** Logs what is wrong with a blob, and makes the error that its reader gets. */
  damaged(blobId: string, found: string): AwsError;
  /** The writer `prefix` was ended: what is written next is another one's. */
  abandon(prefix: string): Promise<void>;
  /** Gives back what was made in advance. */
  close(): Promise<void>;
  /** Removes every blob. */
  clear(): Promise<void>;
}

/** The prefix of the writer that made the blob. */
export function prefixOf(blobId: string): string {
  const [folder = ""] = blobId.split("/", 1);
  const dash = folder.lastIndexOf("-");
  return dash < 0 ? folder : folder.slice(0, dash);
}
