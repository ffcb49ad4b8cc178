import type { FileHandle } from "node:fs/promises";
import { Readable } from "node:stream";
import type { AwsError } from "../../../kernel/aws-error.ts";
import { inBackground } from "../../../kernel/work/in-background.ts";
import { openBlob, type Transform } from "../encryption/blob-cipher.ts";
import type { BlobSlice } from "./blob-store.ts";

/** Bytes that are read at once, and at most as many wait for the client. */
const READ_BYTES = 256 * 1024;

/** The files that a reader opens. */
export interface OpenedBlobs {
  open(blobId: string): Promise<FileHandle>;
  damaged(blobId: string, found: string): AwsError;
}

/** Slices of blobs one after the other; `release` is called once, at the end or when destroyed. */
export class BlobReader extends Readable {
  readonly #blobs: OpenedBlobs;
  readonly #slices: readonly BlobSlice[];
  readonly #release: () => void;
  readonly #key: Buffer | undefined;
  #unseal: Transform | undefined;
  #index = 0;
  #offset = 0;
  #handle: FileHandle | undefined;

  /** `first` is the opened file of the first slice; `key` what the blobs are encrypted with. */
  constructor(
    blobs: OpenedBlobs,
    slices: readonly BlobSlice[],
    first: FileHandle | undefined,
    release: () => void,
    key?: Buffer,
  ) {
    super({ highWaterMark: READ_BYTES });
    this.#blobs = blobs;
    this.#slices = slices;
    this.#handle = first;
    this.#release = release;
    this.#key = key;
  }

  override _read(): void {
    inBackground(
      this.#readNext().then(
        (bytes) => this.push(bytes),
        (error: unknown) => this.#fail(error),
      ),
    );
  }

  /** The headers have been sent: what is wrong can only be logged, and the connection broken. */
  #fail(error: unknown): void {
    const blobId = this.#slices[this.#index]?.blobId ?? "";
    this.destroy(this.destroyed ? undefined : this.#blobs.damaged(blobId, String(error)));
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#release();
    const handle = this.#handle;
    this.#handle = undefined;
    if (!handle) {
      callback(error);
      return;
    }
    inBackground(
      handle.close().then(
        () => callback(error),
        (closing: Error) => callback(error ?? closing),
      ),
    );
  }

  /** The next bytes, or null after the last slice. */
  async #readNext(): Promise<Uint8Array | null> {
    for (;;) {
      const slice = this.#slices[this.#index];
      if (!slice) return null;
      const left = slice.length - this.#offset;
      if (left > 0) return await this.#readFrom(slice, left);
      await this.#handle?.close();
      this.#handle = undefined;
      this.#index++;
      this.#offset = 0;
    }
  }

  async #readFrom(slice: BlobSlice, left: number): Promise<Uint8Array> {
    if (!this.#handle) {
      const handle = await this.#blobs.open(slice.blobId);
      if (this.destroyed) {
        await handle.close();
        return new Uint8Array(0);
      }
      this.#handle = handle;
    }
    const buffer = Buffer.allocUnsafeSlow(Math.min(READ_BYTES, left));
    const position = slice.start + this.#offset;
    const { bytesRead } = await this.#handle.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) throw new Error(`no byte at ${position}`);
    if (this.#key && this.#offset === 0)
      this.#unseal = openBlob(this.#key, slice.blobId, slice.start);
    this.#offset += bytesRead;
    const bytes = buffer.subarray(0, bytesRead);
    return this.#unseal ? this.#unseal(bytes) : bytes;
  }
}
