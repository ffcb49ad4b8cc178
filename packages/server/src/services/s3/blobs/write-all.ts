import { BATCH_BYTES, giveBackBatch, takeBatch } from "./batches.ts";
import { type ByteSource, eachChunk } from "./each-chunk.ts";

/** A part of the server that sees a blob's bytes while they are written. */
export interface BlobObserver {
  /** Sees all bytes in order, in pieces of shared memory that are its own until it resolves. */
  observeBatch(bytes: Uint8Array, isLast: boolean): Promise<void>;
  /** The MD5 of all bytes is computed anyway. */
  readonly whole?: WholeDigests;
}

/** To be asked once all bytes have been given to the observer. */
export interface WholeDigests {
  /**
   * Resolves when the bytes are known to be what they should be, which may be long before their MD5
   * is; rejects where they aren't.
   */
  verified(): Promise<void>;
  /** Rejects as `verified`. */
  md5(): Promise<Buffer>;
}

/** The place that a blob's bytes are written to. */
export interface BlobSink {
  /** Writes bytes after those before; resolves when their memory may be used again. */
  write(bytes: Buffer): Promise<void>;
  /**
   * Batches are the sink's once they are written, and given back by it when the observer and it are
   * through with them.
   */
  readonly keepsBytes?: boolean;
}

/** Throws when the bytes so far are too many, or the whole isn't as long as it should be. */
export type SizeCheck = (sizeBytes: number, isWhole: boolean) => void;

export interface WriteOptions {
  /** Makes of the batches, in their order, what is written. */
  readonly seal: ((bytes: Buffer) => Buffer) | undefined;
  /** Asked before each batch; rejects when there is no room for it. */
  readonly spend: (bytes: number) => Promise<void> | undefined;
  readonly checkSize: SizeCheck | undefined;
}

/** Batches of one body that are written or observed while the next one is filled. */
const BATCHES_UNDER_WAY_MAX = 3;

/**
 * Writes `source` to the end of `sink`, batches being written in order and observed beside that
 * while the next one is filled. Resolves with the size when all is written; the last batches may
 * still be observed then.
 */
export async function writeAll(
  source: ByteSource,
  sink: BlobSink,
  observer: BlobObserver,
  options: WriteOptions,
): Promise<number> {
  const batches = new Batches(sink, observer, options);
  let sizeBytes = 0;
  try {
    await eachChunk(source, (chunk) => {
      sizeBytes += chunk.byteLength;
      options.checkSize?.(sizeBytes, false);
      return batches.add(chunk);
    });
    options.checkSize?.(sizeBytes, true);
    await batches.end();
    return sizeBytes;
  } catch (error) {
    // Nothing may be written to the sink after this call.
    await batches.settled();
    throw error;
  }
}

/** Bytes on their way to a sink, and to the observer of them. */
class Batches {
  readonly #sink: BlobSink;
  readonly #observer: BlobObserver;
  readonly #options: WriteOptions;
  readonly #underWay: Promise<void>[] = [];
  #written: Promise<void> = Promise.resolve();
  #batch = takeBatch();
  #filled = 0;

  constructor(sink: BlobSink, observer: BlobObserver, options: WriteOptions) {
    this.#sink = sink;
    this.#observer = observer;
    this.#options = options;
  }

  /** Copies bytes. Returns a promise if those before must get further first. */
  add(bytes: Uint8Array): Promise<void> | undefined {
    for (let at = 0; at < bytes.byteLength; ) {
      // A full batch waits for what follows: the observer learns which one is the last.
      if (this.#filled === BATCH_BYTES) {
        const waiting = this.#send(false);
        if (waiting) return waiting.then(() => this.add(bytes.subarray(at)));
      }
      const count = Math.min(bytes.byteLength - at, BATCH_BYTES - this.#filled);
      const piece = bytes.subarray(at, at + count);
      // To shared memory, V8's own set() copies word by word; this is a memcpy.
      this.#batch.fill(piece, this.#filled, this.#filled + count);
      this.#filled += count;
      at += count;
    }
    return undefined;
  }

  /** Resolves when all is written. */
  async end(): Promise<void> {
    if (this.#filled > 0) await this.#send(true);
    else giveBackBatch(this.#batch);
    await this.#written;
  }

  /** Resolves when nothing is written or observed any more. */
  async settled(): Promise<void> {
    await Promise.allSettled([this.#written, ...this.#underWay]);
  }

  #send(isLast: boolean): Promise<void> | undefined {
    const before =
      this.#underWay.length >= BATCHES_UNDER_WAY_MAX ? this.#underWay.shift() : undefined;
    const room = this.#options.spend(this.#filled);
    if (!before && !room) return this.#sendNow(isLast);
    return Promise.all([before, room]).then(() => this.#sendNow(isLast));
  }

  #sendNow(isLast: boolean): undefined {
    const bytes = this.#batch.subarray(0, this.#filled);
    const { seal } = this.#options;
    this.#written = this.#written.then(() => this.#sink.write(seal ? seal(bytes) : bytes));
    const observed = this.#observer.observeBatch(bytes, isLast);
    const done = Promise.all([this.#written, observed]).then(() => {
      if (!this.#sink.keepsBytes) giveBackBatch(bytes);
    });
    // A failure is met by the request that waits for the batch, or by the digest.
    done.catch(() => undefined);
    this.#underWay.push(done);
    if (!isLast) this.#batch = takeBatch();
    this.#filled = 0;
    return undefined;
  }
}
