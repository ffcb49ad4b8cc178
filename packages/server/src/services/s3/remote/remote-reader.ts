import type { AwsError } from "../../../kernel/aws-error.ts";
import { LendingStream } from "../../../kernel/lent-memory.ts";
import { inBackground } from "../../../kernel/work/in-background.ts";
import { after, type CallOff } from "../../../kernel/work/timers.ts";
import type { BlobSlice } from "../blobs/blob-store.ts";
import { openBlob, type Transform } from "../encryption/blob-cipher.ts";
import type { BlobCache, CacheFill } from "./blob-cache.ts";
import type { StoreClient } from "./store-client.ts";

const BUFFERED_BYTES = 256 * 1024;
/** The longest silence of a store that is being read. */
const SILENCE_MS_MAX = 15_000;
/** Times that one answer may break off and be gone on with. */
const RESUMES_MAX = 5;

/** The parts of the store's side that a reader needs. */
export interface ReadableStore {
  readonly client: Pick<StoreClient, "get">;
  /** Filled with what is read. */
  readonly cache?: Pick<BlobCache, "fill"> | undefined;
  readonly keyOf: (blobId: string) => string;
  readonly damaged: (blobId: string, found: string) => AwsError;
}

/**
 * Slices of blobs one after the other, each by one request for a range; where an answer breaks off,
 * another request goes on from there, since blobs don't change. It reads no faster than its client.
 */
export class RemoteReader extends LendingStream {
  readonly #store: ReadableStore;
  readonly #slices: readonly BlobSlice[];
  readonly #release: () => void;
  readonly #key: Buffer | undefined;
  #index = 0;
  #offset = 0;
  #unseal: Transform | undefined;
  #source: LendingStream | undefined;
  #resumes = 0;
  /** The next answer hasn't begun, which the reader may ask for meanwhile. */
  #isOpening = false;
  /** Bytes are waited for. Before a client reads, none are, and nobody would hear of a failure. */
  #isAsked = false;
  /** The slice that the cache knows of. */
  #notedIndex = -1;
  #fill: CacheFill | undefined;
  #callOffSilence: CallOff | undefined;

  constructor(
    store: ReadableStore,
    slices: readonly BlobSlice[],
    release: () => void,
    key: Buffer | undefined,
  ) {
    super({ highWaterMark: BUFFERED_BYTES });
    this.#store = store;
    this.#slices = slices;
    this.#release = release;
    this.#key = key;
  }

  /** Opens what comes next. Rejects with ENOENT, SlowDown, and InternalError if it isn't whole. */
  async open(): Promise<void> {
    const slice = this.#slices[this.#index];
    if (!slice) return;
    const { client, keyOf, damaged } = this.#store;
    const range = { start: slice.start + this.#offset, length: slice.length - this.#offset };
    const isWhole = range.length === slice.blobBytes;
    const opened = await client.get(keyOf(slice.blobId), isWhole ? undefined : range);
    if (!opened) throw Object.assign(new Error("no such blob"), { code: "ENOENT" });
    const { body, sizeBytes } = opened;
    if (sizeBytes !== slice.blobBytes) {
      body.destroy();
      throw damaged(slice.blobId, `${sizeBytes} bytes instead of ${slice.blobBytes}`);
    }
    if (this.destroyed) return void body.destroy();
    if (this.#notedIndex !== this.#index) {
      this.#notedIndex = this.#index;
      this.#fill = this.#store.cache?.fill(slice);
    }
    if (this.#key) this.#unseal = openBlob(this.#key, slice.blobId, range.start);
    this.#follow(body);
  }

  override _read(): void {
    this.#isAsked = true;
    if (this.#source) {
      this.#expectBytes();
      this.#source.resume();
    } else if (!this.#isOpening) this.#openNext();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#callOffSilence?.();
    this.#endFill();
    this.#release();
    this.#source?.destroy();
    this.#source = undefined;
    callback(error);
  }

  #openNext(): void {
    if (this.#index >= this.#slices.length) {
      this.push(null);
      return;
    }
    this.#isOpening = true;
    inBackground(
      this.open().then(
        () => {
          this.#isOpening = false;
          this._read();
        },
        // The headers have been sent: the connection can only be broken.
        (error: Error) => this.destroy(error),
      ),
    );
  }

  #follow(source: LendingStream): void {
    this.#source = source;
    source.pause();
    source.on("data", (bytes: Buffer) => {
      if (this.#source !== source) return;
      this.#callOffSilence?.();
      this.#callOffSilence = undefined;
      this.#fill?.take(this.#offset, bytes);
      this.#offset += bytes.byteLength;
      this.#isAsked = false;
      if (this.push(this.#unsealed(bytes))) this.#expectBytes();
      else source.pause();
    });
    source.once("end", () => this.#ended(source));
    source.once("error", () => this.#ended(source));
    source.once("close", () => this.#ended(source));
  }

  #unsealed(bytes: Buffer): Buffer {
    if (!this.#unseal) return bytes;
    const unsealed = this.#unseal(bytes);
    this.giveBack(bytes);
    return unsealed;
  }

  #ended(source: LendingStream): void {
    if (this.#source !== source) return;
    this.#source = undefined;
    this.#callOffSilence?.();
    this.#callOffSilence = undefined;
    const slice = this.#slices[this.#index];
    if (this.destroyed || !slice) return;
    if (this.#offset === slice.length) {
      this.#fill?.end();
      this.#endFill();
      this.#index++;
      this.#offset = 0;
    } else if (++this.#resumes > RESUMES_MAX) {
      this.destroy(new Error("The object store broke off too often."));
      return;
    }
    if (this.#isAsked) this.#openNext();
  }

  #endFill(): void {
    this.#fill?.close();
    this.#fill = undefined;
  }

  #expectBytes(): void {
    this.#callOffSilence ??= after(SILENCE_MS_MAX, () => this.#source?.destroy());
  }
}
