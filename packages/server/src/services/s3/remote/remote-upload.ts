import type { BlobSink } from "../blobs/write-all.ts";
import type { PutOptions, StoreClient } from "./store-client.ts";
import { storeAway } from "./store-failure.ts";
import { TurnQueue } from "./turn-queue.ts";

/** Longer bodies are sent in parts of this size. Source: S3 takes parts from 5 MiB on. */
export const PART_BYTES = 8 * 1024 * 1024;
/** Parts of one body that are sent while the next one is filled. */
const PARTS_UNDER_WAY_MAX = 3;
/** Buffers kept for later. */
const FREE_BUFFERS_MAX = 4;
/** Memory of all bodies on their way. */
export const UPLOAD_BYTES_MAX = 32 * PART_BYTES;
/** Slow clients may hold memory for as long as the gateway bears with them. */
const MEMORY_WAIT_MS_MAX = 15_000;

const free: Buffer[] = [];

/** The memory that uploads share; one that finds none in time is answered SlowDown. */
export function uploadMemory(): TurnQueue {
  const refuse = () => storeAway("all memory for uploads to it is taken");
  return new TurnQueue(UPLOAD_BYTES_MAX, MEMORY_WAIT_MS_MAX, refuse);
}

/** The bytes of one blob on their way to the store: one request, or an upload in parts. */
export class RemoteUpload implements BlobSink {
  readonly #client: StoreClient;
  readonly #key: string;
  readonly #memory: TurnQueue;
  readonly #bufferBytes: number;
  #buffer: Buffer | undefined;
  #filled = 0;
  #upload: Promise<string> | undefined;
  readonly #parts: Promise<string>[] = [];

  /** `expectedBytes` is 0 where it isn't known. */
  constructor(client: StoreClient, key: string, expectedBytes: number, memory: TurnQueue) {
    this.#client = client;
    this.#key = key;
    this.#memory = memory;
    this.#bufferBytes =
      expectedBytes > 0 && expectedBytes < PART_BYTES ? expectedBytes : PART_BYTES;
  }

  get isInParts(): boolean {
    return this.#upload !== undefined;
  }

  /** Waits for the store where that is slower than the client. */
  async write(bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.byteLength; ) {
      // A full buffer waits for what follows: it may be all there is.
      if (this.#buffer && this.#filled === this.#bufferBytes) await this.#sendPart();
      if (!this.#buffer) {
        const turn = this.#memory.take(this.#bufferBytes);
        if (turn) await turn;
        this.#buffer = takeBuffer(this.#bufferBytes);
      }
      const count = Math.min(bytes.byteLength - at, this.#bufferBytes - this.#filled);
      // To shared memory, or from it, V8's own set() copies word by word; this is a memcpy.
      bytes.copy(this.#buffer, this.#filled, at, at + count);
      this.#filled += count;
      at += count;
    }
  }

  /**
   * Resolves when the store has it all. With `mayExist` an earlier process may have sent the same
   * body; `md5` is that of a body that isn't sent in parts. A body without bytes needs no object:
   * none is read.
   */
  async finish({ mayExist, md5 }: PutOptions = {}): Promise<void> {
    if (!this.#upload) {
      if (this.#filled === 0) return;
      const bytes = this.#takeFilled();
      const put = this.#client.put(this.#key, [bytes], { mayExist, md5 });
      await put.finally(() => this.#giveBack(bytes));
      return;
    }
    if (this.#filled > 0) await this.#sendPart();
    const etags = await Promise.all(this.#parts);
    await this.#client.completeParts(this.#key, await this.#upload, etags);
  }

  /** The body broke off. What can't be removed now is the sweep's. */
  async abandon(): Promise<void> {
    if (this.#buffer) this.#giveBack(this.#takeFilled());
    if (!this.#upload) return;
    await Promise.allSettled(this.#parts);
    const upload = await this.#upload.catch(() => undefined);
    if (upload !== undefined)
      await this.#client.abortParts(this.#key, upload).catch(() => undefined);
  }

  async #sendPart(): Promise<void> {
    this.#upload ??= this.#client.beginParts(this.#key);
    const bytes = this.#takeFilled();
    const number = this.#parts.length + 1;
    const sent = this.#upload
      .then((upload) => this.#client.putPart(this.#key, upload, number, bytes))
      .finally(() => this.#giveBack(bytes));
    // A failure is met by the next part, or by the end.
    sent.catch(() => undefined);
    this.#parts.push(sent);
    await this.#parts.at(-PARTS_UNDER_WAY_MAX);
  }

  #takeFilled(): Buffer {
    const bytes = (this.#buffer ?? Buffer.alloc(0)).subarray(0, this.#filled);
    this.#buffer = undefined;
    this.#filled = 0;
    return bytes;
  }

  #giveBack({ buffer }: Buffer): void {
    this.#memory.giveBack(this.#bufferBytes);
    if (this.#bufferBytes === PART_BYTES && free.length < FREE_BUFFERS_MAX)
      free.push(Buffer.from(buffer));
  }
}

/** Memory of its own, with whatever it held before. */
function takeBuffer(sizeBytes: number): Buffer {
  const kept = sizeBytes === PART_BYTES ? free.pop() : undefined;
  return kept ?? Buffer.allocUnsafeSlow(sizeBytes);
}
