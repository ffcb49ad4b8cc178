import { performance } from "node:perf_hooks";
import { inBackground } from "../../../kernel/work/in-background.ts";
import { BATCH_BYTES, giveBackBatch } from "../blobs/batches.ts";
import type { BlobSink } from "../blobs/write-all.ts";
import { incompleteBody } from "../errors.ts";
import { UPLOAD_BYTES_MAX } from "./remote-upload.ts";
import type { StoreClient } from "./store-client.ts";
import { type Failure, storeAway } from "./store-failure.ts";
import {
  heldBack,
  isTooSlow,
  type PutOutcome,
  STREAMED_BYTES_MAX,
  type StreamedPut,
  tagOf,
} from "./streamed-put.ts";
import type { TurnQueue } from "./turn-queue.ts";

/** Memory that they leave to others. */
const FREE_BYTES_MIN = UPLOAD_BYTES_MAX / 2;

/**
 * The bytes of a blob of known length, sent while they come. The store makes an object of them with
 * the last ones, which go by `end`, once the body is what its client claimed; its entity tag, an
 * MD5, is compared then. All are kept until that, so that what a store, or a slow client, breaks
 * off is sent again as a whole.
 */
export class StreamedUpload implements BlobSink {
  readonly keepsBytes = true;
  readonly isInParts = false;
  readonly #client: StoreClient;
  readonly #key: string;
  readonly #sizeBytes: number;
  readonly #memory: TurnQueue;
  readonly #startedMs = performance.now();
  readonly #kept: Buffer[] = [];
  #keptBytes = 0;
  #reservedBytes: number;
  #put: StreamedPut | undefined;
  /** The last bytes were sent, and nobody knows yet what became of them. */
  #outcome: Promise<PutOutcome> | undefined;

  private constructor(client: StoreClient, key: string, sizeBytes: number, memory: TurnQueue) {
    this.#client = client;
    this.#key = key;
    this.#sizeBytes = sizeBytes;
    this.#memory = memory;
    this.#reservedBytes = memoryFor(sizeBytes);
  }

  /** Undefined for a body that would take memory from others, or gain nothing. */
  static open(
    client: StoreClient,
    key: string,
    sizeBytes: number,
    memory: TurnQueue,
  ): StreamedUpload | undefined {
    if (sizeBytes <= BATCH_BYTES || sizeBytes > STREAMED_BYTES_MAX) return undefined;
    if (!memory.tryTake(memoryFor(sizeBytes), FREE_BYTES_MIN)) return undefined;
    return new StreamedUpload(client, key, sizeBytes, memory);
  }

  async write(bytes: Buffer): Promise<void> {
    this.#kept.push(bytes);
    this.#keptBytes += bytes.byteLength;
    if (this.#keptBytes > this.#sizeBytes) throw incompleteBody();
    if (this.#kept.length === 1) await this.#begin();
    this.#put?.send(this.#isWhole ? bytes.subarray(0, -heldBack(bytes)) : bytes);
  }

  /** The body is what its client claimed. */
  end(): void {
    const last = this.#kept.at(-1);
    if (last && this.#isWhole && this.#put?.isOpen)
      this.#outcome = this.#put.end(last.subarray(-heldBack(last)));
  }

  /** Resolves when the store has it all; `md5` is the body's. */
  async finish({ md5 }: { readonly md5?: Buffer | undefined }): Promise<void> {
    if (!md5 || !this.#isWhole) throw incompleteBody();
    const tag = tagOf(md5);
    const outcome = await this.#outcome;
    this.#outcome = undefined;
    if (outcome?.kind !== "written") await this.#sendWhole(md5, tag, outcome);
    else if (outcome.etag !== tag) await this.#replace(md5, tag);
    else this.#client.streamed.noteMd5();
    this.#giveBack();
  }

  /** The body broke off, or isn't what it should be. */
  async abandon(): Promise<void> {
    if (this.#outcome) inBackground(this.#outcome.then(() => this.#remove()));
    else this.#put?.breakOff();
    this.#giveBack();
  }

  get #isWhole(): boolean {
    return this.#keptBytes === this.#sizeBytes;
  }

  /** A client that has been slow until now will go on so. */
  async #begin(): Promise<void> {
    if (isTooSlow(this.#keptBytes, this.#startedMs)) return;
    this.#put = await this.#client.beginPut(this.#key, this.#sizeBytes, { keepsBytes: true });
  }

  /** `before` is the failure of the attempt to send it while it came. */
  async #sendWhole(md5: Buffer, tag: string, before: Failure | undefined): Promise<void> {
    const sent = await this.#client.put(this.#key, this.#kept, { md5, before });
    if (sent !== undefined) return;
    // The first attempt has written it after all, and nothing has compared that.
    const found = await this.#client.get(this.#key, { start: 0, length: 1 });
    found?.body.destroy();
    if (found?.etag === tag) return;
    await this.#client.delete([this.#key]);
    throw storeAway("bytes have changed on the way to it");
  }

  /** Bytes have changed on the way, unless entity tags of this store aren't MD5s. */
  async #replace(md5: Buffer, tag: string): Promise<void> {
    await this.#client.delete([this.#key]);
    const sent = await this.#client.put(this.#key, this.#kept, { md5 });
    if (sent !== tag) this.#client.streamed.noteOthers();
  }

  /** In the background: what stays is the sweep's. */
  async #remove(): Promise<void> {
    await this.#client.delete([this.#key]).catch(() => undefined);
  }

  #giveBack(): void {
    this.#memory.giveBack(this.#reservedBytes);
    this.#reservedBytes = 0;
    for (const batch of this.#kept.splice(0)) giveBackBatch(batch);
  }
}

function memoryFor(sizeBytes: number): number {
  return Math.ceil(sizeBytes / BATCH_BYTES) * BATCH_BYTES;
}
