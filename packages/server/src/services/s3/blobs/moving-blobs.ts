import { Readable } from "node:stream";
import type { AwsError } from "../../../kernel/aws-error.ts";
import type { FileBody } from "../../../kernel/files/file-body.ts";
import { hasCode } from "./blob-files.ts";
import type {
  BlobReadOptions,
  BlobSlice,
  BlobStore,
  BlobWriteOptions,
  WrittenBlob,
} from "./blob-store.ts";
import type { ByteSource } from "./each-chunk.ts";
import type { BlobObserver } from "./write-all.ts";

/**
 * Two places, for as long as bytes move from one to the other: new blobs are written to the first,
 * and the second is read where the first has none.
 */
export class MovingBlobs implements BlobStore {
  readonly #to: BlobStore;
  readonly #from: BlobStore;

  constructor(to: BlobStore, from: BlobStore) {
    this.#to = to;
    this.#from = from;
  }

  write(
    source: ByteSource,
    observer: BlobObserver,
    options?: BlobWriteOptions,
  ): Promise<WrittenBlob> {
    return this.#to.write(source, observer, options);
  }

  /** Bytes that haven't moved yet are read, so that the copy is where new ones belong. */
  copy(blob: WrittenBlob): Promise<WrittenBlob | undefined> {
    return this.#to.copy(blob);
  }

  adopt(file: FileBody, isEssential: boolean): Promise<WrittenBlob | undefined> {
    return this.#to.adopt(file, isEssential);
  }

  /**
   * Each slice may be in another place. One alone is its place's own stream, whose chunks may be
   * lent (`LendingStream`).
   */
  async read(
    slices: readonly BlobSlice[],
    release: () => void,
    options?: BlobReadOptions,
  ): Promise<Readable> {
    const [first, ...others] = slices;
    if (!first) return this.#to.read([], release, options);
    const opened = await this.#open(first, options);
    if (others.length === 0) {
      if (opened.closed) release();
      return opened.once("close", release);
    }
    const whole = Readable.from(this.#follow(opened, others, options), { objectMode: false });
    return whole.once("close", () => {
      opened.destroy();
      release();
    });
  }

  /** Each place has acknowledged what was written to it. */
  async requireWhole(): Promise<void> {}

  async remove(blobIds: readonly string[]): Promise<void> {
    await Promise.all([this.#to.remove(blobIds), this.#from.remove(blobIds)]);
  }

  async discard(blobIds: readonly string[], error: unknown): Promise<void> {
    await this.#to.discard(blobIds, error);
  }

  damaged(blobId: string, found: string): AwsError {
    return this.#to.damaged(blobId, found);
  }

  async abandon(prefix: string): Promise<void> {
    await this.#to.abandon(prefix);
  }

  async close(): Promise<void> {
    await Promise.all([this.#to.close(), this.#from.close()]);
  }

  async clear(): Promise<void> {
    await Promise.all([this.#to.clear(), this.#from.clear()]);
  }

  async *#follow(
    opened: Readable,
    others: readonly BlobSlice[],
    options?: BlobReadOptions,
  ): AsyncGenerator<Uint8Array> {
    yield* opened;
    for (const slice of others) yield* await this.#open(slice, options);
  }

  async #open(slice: BlobSlice, options?: BlobReadOptions): Promise<Readable> {
    const release = () => {};
    try {
      return await this.#to.read([slice], release, options);
    } catch (error) {
      if (!hasCode(error, "ENOENT")) throw error;
      return await this.#from.read([slice], release, options);
    }
  }
}
