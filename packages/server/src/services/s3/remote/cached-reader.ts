import assert from "node:assert/strict";
import { Readable } from "node:stream";
import type { BlobSlice } from "../blobs/blob-store.ts";
import { openBlob, type Transform } from "../encryption/blob-cipher.ts";
import { type CachedBlob, PIECE_BYTES } from "./blob-cache.ts";

/**
 * A slice of a blob that is in memory, without a copy. Its chunks are the cache's own: it isn't a
 * `LendingStream`, whose reader may give them back to be used again.
 */
export class CachedReader extends Readable {
  readonly #cached: CachedBlob;
  readonly #end: number;
  readonly #release: () => void;
  readonly #unseal: Transform | undefined;
  #position: number;

  constructor(
    cached: CachedBlob,
    { blobId, start, length }: BlobSlice,
    release: () => void,
    key: Buffer | undefined,
  ) {
    super({ highWaterMark: PIECE_BYTES });
    this.#cached = cached;
    this.#position = start;
    this.#end = start + length;
    this.#release = release;
    this.#unseal = key && openBlob(key, blobId, start);
  }

  override _read(): void {
    const piece = this.#cached.pieces[Math.floor(this.#position / PIECE_BYTES)];
    assert(piece, "a cached blob is shorter than what is read of it");
    const from = this.#position % PIECE_BYTES;
    const bytes = piece.subarray(from, from + this.#end - this.#position);
    this.#position += bytes.byteLength;
    this.push(this.#unseal ? this.#unseal(bytes) : bytes);
    if (this.#position === this.#end) this.push(null);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#cached.release();
    this.#release();
    callback(error);
  }
}
