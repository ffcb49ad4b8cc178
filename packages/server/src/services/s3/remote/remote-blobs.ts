import type { Readable } from "node:stream";
import { crc32 } from "node:zlib";
import type { AwsError } from "../../../kernel/aws-error.ts";
import type { FileBody } from "../../../kernel/files/file-body.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import { StoreUnavailableError } from "../../../kernel/store.ts";
import type {
  BlobReadOptions,
  BlobSlice,
  BlobStore,
  BlobWriteOptions,
  WrittenBlob,
} from "../blobs/blob-store.ts";
import type { ByteSource } from "../blobs/each-chunk.ts";
import { type BlobObserver, writeAll } from "../blobs/write-all.ts";
import { sealBlob } from "../encryption/blob-cipher.ts";
import { internalError } from "../errors.ts";
import type { BlobCache } from "./blob-cache.ts";
import { CachedReader } from "./cached-reader.ts";
import { RelayedUpload } from "./relayed-upload.ts";
import { RemoteReader } from "./remote-reader.ts";
import { RemoteUpload, uploadMemory } from "./remote-upload.ts";
import { DELETED_AT_ONCE, type StoreClient } from "./store-client.ts";
import { StreamedUpload } from "./streamed-upload.ts";

/** Below the prefix of the settings. */
export const BLOBS_BELOW = "blobs/";
/** Objects whose keys share a beginning, as in the folder. */
const BLOBS_PER_FOLDER = 4096;

export interface RemoteBlobsOptions {
  readonly client: StoreClient;
  /** False: nothing outlives this process. */
  readonly durable: boolean;
  /** As for the folder. */
  readonly register: () => Promise<string>;
  readonly log: Log;
  /** Undefined: each read is a request. */
  readonly cache?: BlobCache | undefined;
}

/**
 * Blobs that are objects of an object store, written once under keys that are never used again.
 * Rejects with SlowDown while the store is away.
 */
export class RemoteBlobs implements BlobStore {
  readonly #options: RemoteBlobsOptions;
  readonly #client: StoreClient;
  readonly #memory = uploadMemory();
  #prefix: string | undefined;
  #registering: Promise<string> | undefined;
  #count = 0;

  constructor(options: RemoteBlobsOptions) {
    this.#options = options;
    this.#client = options.client;
  }

  async write(
    source: ByteSource,
    observer: BlobObserver,
    { key, expectedBytes = 0, checkSize }: BlobWriteOptions = {},
  ): Promise<WrittenBlob> {
    const blobId = await this.#newId();
    const seal = key && sealBlob(key, blobId);
    const place = [this.#client, keyOf(blobId), expectedBytes, this.#memory] as const;
    const whole = seal ? undefined : observer.whole;
    const streamed = whole && (StreamedUpload.open(...place) ?? RelayedUpload.open(...place));
    const upload = streamed ?? new RemoteUpload(...place);
    try {
      const spend = () => undefined;
      const sizeBytes = await writeAll(source, upload, observer, { seal, spend, checkSize });
      if (streamed) {
        await whole?.verified();
        streamed.end();
      }
      // The store compares it, and has nothing else to digest: its own entity tags are MD5s.
      const md5 = upload.isInParts ? undefined : await whole?.md5();
      await upload.finish({ md5 });
      return { blobId, sizeBytes };
    } catch (error) {
      await upload.abandon();
      throw error;
    }
  }

  async copy({ blobId, sizeBytes }: WrittenBlob): Promise<WrittenBlob | undefined> {
    const copied = { blobId: await this.#newId(), sizeBytes };
    if (sizeBytes === 0) return copied;
    const isThere = await this.#client.copy(keyOf(blobId), keyOf(copied.blobId));
    return isThere ? copied : undefined;
  }

  /** Sends the file, and compares it with its checksum on the way. */
  async adopt(file: FileBody): Promise<WrittenBlob> {
    const { sizeBytes, crc32: expected } = file;
    let sum = 0;
    const observeBatch = async (bytes: Uint8Array) => {
      sum = crc32(bytes, sum);
    };
    const blob = await this.write(file.read(), { observeBatch }, { expectedBytes: sizeBytes });
    if (blob.sizeBytes === sizeBytes && sum === expected) return blob;
    await this.remove([blob.blobId]);
    throw this.damaged(blob.blobId, "a recorded file isn't as it was written");
  }

  async read(
    slices: readonly BlobSlice[],
    release: () => void,
    { key, mayBeCached = false }: BlobReadOptions = {},
  ): Promise<Readable> {
    const cache = mayBeCached ? this.#options.cache : undefined;
    const [slice] = slices;
    // `MovingBlobs` opens one slice after the other.
    const cached = slices.length === 1 && slice ? cache?.read(slice) : undefined;
    if (slice && cached) return new CachedReader(cached, slice, release, key);
    const store = { client: this.#client, cache, keyOf, damaged: this.damaged.bind(this) };
    const reader = new RemoteReader(store, slices, release, key);
    try {
      await reader.open();
      return reader;
    } catch (error) {
      reader.destroy();
      throw error;
    }
  }

  /** The store has acknowledged each of them, and doesn't change them. */
  async requireWhole(): Promise<void> {}

  /** In the background: what stays is the sweep's. */
  async remove(blobIds: readonly string[]): Promise<void> {
    this.removeNow(blobIds).catch((err: unknown) => {
      const blobs = blobIds.length;
      this.#options.log.debug({ blobs, err }, "Objects' old bytes were not removed.");
    });
  }

  /** Resolves when they are gone; rejects where one may not be. */
  async removeNow(blobIds: readonly string[]): Promise<void> {
    this.#options.cache?.delete(blobIds);
    for (let at = 0; at < blobIds.length; at += DELETED_AT_ONCE)
      await this.#client.delete(blobIds.slice(at, at + DELETED_AT_ONCE).map(keyOf));
  }

  async discard(blobIds: readonly string[], error: unknown): Promise<void> {
    if (error instanceof StoreUnavailableError && error.commitUnknown) return;
    await this.remove(blobIds);
  }

  damaged(blobId: string, found: string): AwsError {
    const message = "Bytes of an S3 object are damaged or missing in the object store.";
    this.#options.log.error({ blobId, found }, message);
    return internalError();
  }

  async abandon(prefix: string): Promise<void> {
    if (this.#prefix === prefix) this.#prefix = undefined;
  }

  async close(): Promise<void> {
    this.#options.cache?.clear();
    if (!this.#options.durable) await this.clear().catch(() => undefined);
    await this.#client.close();
  }

  async clear(): Promise<void> {
    this.#prefix = undefined;
    this.#options.cache?.clear();
    for await (const page of this.#client.list(BLOBS_BELOW))
      await this.#client.delete(page.map(({ key }) => key));
  }

  async #newId(): Promise<string> {
    let prefix = this.#prefix;
    if (prefix === undefined) {
      this.#registering ??= this.#options.register().finally(() => {
        this.#registering = undefined;
      });
      prefix = await this.#registering;
      this.#prefix = prefix;
    }
    const number = this.#count++;
    const folder = Math.floor(number / BLOBS_PER_FOLDER);
    return `${prefix}-${folder.toString(36)}/${(number % BLOBS_PER_FOLDER).toString(36)}`;
  }
}

/** The key of a blob, below the prefix of the settings. */
export function keyOf(blobId: string): string {
  return `${BLOBS_BELOW}${blobId}`;
}

export function blobIdOf(key: string): string {
  return key.slice(BLOBS_BELOW.length);
}
