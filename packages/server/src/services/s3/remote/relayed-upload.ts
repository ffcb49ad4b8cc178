import { performance } from "node:perf_hooks";
import { inBackground } from "../../../kernel/work/in-background.ts";
import { BATCH_BYTES } from "../blobs/batches.ts";
import type { BlobSink } from "../blobs/write-all.ts";
import { incompleteBody } from "../errors.ts";
import { PART_BYTES, RemoteUpload, UPLOAD_BYTES_MAX } from "./remote-upload.ts";
import type { StoreClient } from "./store-client.ts";
import { storeAway } from "./store-failure.ts";
import {
  heldBack,
  isTooSlow,
  type PutOutcome,
  STREAMED_BYTES_MAX,
  type StreamedPut,
  tagOf,
} from "./streamed-put.ts";
import type { TurnQueue } from "./turn-queue.ts";

/** Batches that are filled, digested and sent at the same time. */
const MEMORY_BYTES = 4 * BATCH_BYTES;
/** Memory that they leave to others. */
const FREE_BYTES_MIN = UPLOAD_BYTES_MAX / 4;

/**
 * The bytes of a longer blob of known length, sent while they come, as those of `StreamedUpload`,
 * but not kept: where there is no memory for that. So there is one attempt, over a connection of
 * its own, which no store has had the time to close; the client is answered SlowDown where it
 * fails. One that can't begin is gathered in parts.
 */
export class RelayedUpload implements BlobSink {
  readonly #client: StoreClient;
  readonly #key: string;
  readonly #sizeBytes: number;
  readonly #memory: TurnQueue;
  readonly #startedMs = performance.now();
  #reservedBytes = MEMORY_BYTES;
  #sentBytes = 0;
  #put: StreamedPut | undefined;
  #gathered: RemoteUpload | undefined;
  /** The last bytes, which aren't sent yet. */
  #end: Buffer | undefined;
  /** They were sent, and nobody knows yet what became of them. */
  #outcome: Promise<PutOutcome> | undefined;

  private constructor(client: StoreClient, key: string, sizeBytes: number, memory: TurnQueue) {
    this.#client = client;
    this.#key = key;
    this.#sizeBytes = sizeBytes;
    this.#memory = memory;
  }

  /** Undefined for a body that one buffer has room for, and where memory is short. */
  static open(
    client: StoreClient,
    key: string,
    sizeBytes: number,
    memory: TurnQueue,
  ): RelayedUpload | undefined {
    if (sizeBytes <= PART_BYTES || sizeBytes > STREAMED_BYTES_MAX) return undefined;
    if (!memory.tryTake(MEMORY_BYTES, FREE_BYTES_MIN)) return undefined;
    return new RelayedUpload(client, key, sizeBytes, memory);
  }

  get isInParts(): boolean {
    return this.#gathered?.isInParts ?? false;
  }

  /** Waits for the store where that is slower than the client. */
  async write(bytes: Buffer): Promise<void> {
    if (this.#sentBytes === 0) await this.#begin(bytes.byteLength);
    this.#sentBytes += bytes.byteLength;
    if (this.#sentBytes > this.#sizeBytes) throw incompleteBody();
    if (this.#gathered) return this.#gathered.write(bytes);
    const isLast = this.#sentBytes === this.#sizeBytes;
    const kept = isLast ? heldBack(bytes) : 0;
    if (isLast) this.#end = Buffer.from(bytes.subarray(-kept));
    const failure = await this.#put?.pass(bytes.subarray(0, bytes.byteLength - kept));
    if (failure) throw this.#client.failed(failure);
  }

  /** The body is what its client claimed. */
  end(): void {
    if (this.#end) this.#outcome = this.#put?.end(this.#end);
  }

  /** Resolves when the store has it all; `md5` is the body's. */
  async finish({ md5 }: { readonly md5?: Buffer | undefined }): Promise<void> {
    if (this.#gathered) return this.#gathered.finish({ md5 });
    const outcome = await this.#outcome;
    this.#outcome = undefined;
    if (!md5 || !outcome) throw incompleteBody();
    if (outcome.kind === "written" && outcome.etag === tagOf(md5)) this.#giveBack();
    else await this.#compare(outcome, md5);
  }

  /** The body broke off, or isn't what it should be. */
  async abandon(): Promise<void> {
    if (this.#outcome) inBackground(this.#outcome.then(() => this.#remove()));
    else this.#put?.breakOff();
    this.#giveBack();
    await this.#gathered?.abandon();
  }

  /** A client that has been slow until now will go on so. */
  async #begin(bytes: number): Promise<void> {
    if (!isTooSlow(bytes, this.#startedMs))
      this.#put = await this.#client.beginPut(this.#key, this.#sizeBytes, { keepsBytes: false });
    if (this.#put) return;
    this.#giveBack();
    this.#gathered = new RemoteUpload(this.#client, this.#key, this.#sizeBytes, this.#memory);
  }

  /** The store may have written the object without an answer, or bytes have changed on the way. */
  async #compare(outcome: PutOutcome, md5: Buffer): Promise<void> {
    if (outcome.kind !== "written") {
      const refusal = this.#client.failed(outcome);
      const found = await this.#client.get(this.#key, { start: 0, length: 1 });
      found?.body.destroy();
      if (found?.etag === tagOf(md5)) return this.#giveBack();
      if (!found) throw refusal;
    }
    this.#client.streamed.noteDoubt();
    await this.#client.delete([this.#key]);
    throw storeAway("bytes have changed on the way to it");
  }

  /** In the background: what stays is the sweep's. */
  async #remove(): Promise<void> {
    await this.#client.delete([this.#key]).catch(() => undefined);
  }

  #giveBack(): void {
    this.#memory.giveBack(this.#reservedBytes);
    this.#reservedBytes = 0;
  }
}
