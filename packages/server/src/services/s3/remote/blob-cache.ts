import { LruMap } from "../../../kernel/lru-map.ts";
import type { BlobSlice } from "../blobs/blob-store.ts";

/** Bytes are kept in pieces, so that a client that stops reading holds one, not all. */
export const PIECE_BYTES = 256 * 1024;
/** The longest blob's share of the cache. */
const SHARE_MAX = 1 / 8;
/** The share of it that blobs may take which are being filled: others stay meanwhile. */
const FILLING_SHARE_MAX = 1 / 2;
/** A short blob takes it beside its bytes: names, buffers, a place in a map. */
export const ENTRY_BYTES = 1_024;
/** Blobs that are remembered as having been read: half a megabyte. */
export const READ_ONCE_MAX = 4_096;

interface Entry {
  readonly blobId: string;
  readonly sizeBytes: number;
  readonly pieces: Buffer[];
  filledBytes: number;
  /** Those who read or fill it: its memory is in use, whatever happens to its place here. */
  users: number;
}

/** A blob as it is stored; it must be released. */
export interface CachedBlob {
  /** All but the last have `PIECE_BYTES`. They mustn't be changed, nor used again. */
  readonly pieces: readonly Buffer[];
  readonly release: () => void;
}

/** Takes a blob's bytes as its reader gets them; it must be closed, after its end too. */
export interface CacheFill {
  /** Copies what nobody has brought before; `position` is that of the first byte in the blob. */
  take(position: number, bytes: Uint8Array): void;
  /** The reader has got all there is. */
  end(): void;
  close(): void;
}

export interface CacheFacts {
  /** Reads that were answered from memory, and those that weren't. */
  readonly hits: number;
  readonly misses: number;
  readonly blobs: number;
  /** The memory of all of them, and of those that are being filled. */
  readonly bytes: number;
}

/**
 * Blobs' bytes as they are stored, in memory: a blob never changes, so no copy is ever stale. The
 * second read of a whole blob fills, so that a scan of many objects leaves everything as it is;
 * those that were read last stay. Its memory is never more than `bytesMax`.
 */
export class BlobCache {
  readonly #bytesMax: number;
  /** The one that was used last is the last. */
  readonly #entries = new Map<string, Entry>();
  readonly #filling = new Map<string, Entry>();
  readonly #readOnce = new LruMap<string, true>(READ_ONCE_MAX);
  #bytes = 0;
  #usedBytes = 0;
  #fillingBytes = 0;
  #hits = 0;
  #misses = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get facts(): CacheFacts {
    const blobs = this.#entries.size;
    return { hits: this.#hits, misses: this.#misses, blobs, bytes: this.#bytes };
  }

  /** The blob of a slice; undefined: it must be read from the store. */
  read({ blobId, blobBytes }: BlobSlice): CachedBlob | undefined {
    const entry = this.#entries.get(blobId);
    if (entry?.sizeBytes !== blobBytes) {
      this.#misses++;
      return undefined;
    }
    this.#hits++;
    this.#entries.delete(blobId);
    this.#entries.set(blobId, entry);
    this.#use(entry);
    return { pieces: entry.pieces, release: once(() => this.#leave(entry)) };
  }

  /**
   * Notes that a slice is read from the store. A reader of a whole blob that was read before fills
   * the cache; several who read it at a time fill it together.
   */
  fill({ blobId, blobBytes, length }: BlobSlice): CacheFill | undefined {
    if (this.#entries.has(blobId) || blobBytes > this.#bytesMax * SHARE_MAX) return undefined;
    const wasRead = this.#readOnce.get(blobId) === true;
    this.#readOnce.set(blobId, true);
    if (length !== blobBytes) return undefined;
    const begun = this.#filling.get(blobId);
    const entry = begun ?? (wasRead ? this.#begin(blobId, blobBytes) : undefined);
    if (entry?.sizeBytes !== blobBytes) return undefined;
    this.#use(entry);
    return {
      take: (position, bytes) => this.#take(entry, position, bytes),
      end: () => this.#end(entry),
      close: once(() => this.#leave(entry)),
    };
  }

  /** Their bytes are gone from the store. */
  delete(blobIds: readonly string[]): void {
    for (const blobId of blobIds) {
      this.#readOnce.delete(blobId);
      const entry = this.#entries.get(blobId) ?? this.#filling.get(blobId);
      if (entry) this.#forget(entry);
    }
  }

  clear(): void {
    this.#readOnce.clear();
    this.delete([...this.#entries.keys(), ...this.#filling.keys()]);
  }

  #begin(blobId: string, sizeBytes: number): Entry | undefined {
    const entry: Entry = { blobId, sizeBytes, pieces: [], filledBytes: 0, users: 0 };
    const bytes = memoryOf(entry);
    if (this.#fillingBytes + bytes > this.#bytesMax * FILLING_SHARE_MAX) return undefined;
    if (!this.#makeRoom(bytes)) return undefined;
    this.#bytes += bytes;
    this.#fillingBytes += bytes;
    this.#filling.set(blobId, entry);
    return entry;
  }

  /** Evicts those that weren't read for the longest time. False: too many are in use. */
  #makeRoom(bytes: number): boolean {
    if (this.#usedBytes + bytes > this.#bytesMax) return false;
    for (const entry of this.#entries.values()) {
      if (this.#bytes + bytes <= this.#bytesMax) break;
      if (entry.users === 0) this.#forget(entry);
    }
    return true;
  }

  #take(entry: Entry, position: number, bytes: Uint8Array): void {
    if (this.#filling.get(entry.blobId) !== entry) return;
    const end = position + bytes.byteLength;
    // A store that sends more than the blob has: nothing of it can be trusted.
    if (end > entry.sizeBytes) {
      this.#forget(entry);
      return;
    }
    if (position > entry.filledBytes || end <= entry.filledBytes) return;
    let rest = bytes.subarray(entry.filledBytes - position);
    while (rest.byteLength > 0) {
      const within = entry.filledBytes % PIECE_BYTES;
      if (within === 0) entry.pieces.push(newPiece(entry.sizeBytes - entry.filledBytes));
      const piece = entry.pieces.at(-1) as Buffer;
      const part = rest.subarray(0, piece.byteLength - within);
      piece.set(part, within);
      entry.filledBytes += part.byteLength;
      rest = rest.subarray(part.byteLength);
    }
  }

  #end(entry: Entry): void {
    if (this.#filling.get(entry.blobId) !== entry || entry.filledBytes !== entry.sizeBytes) return;
    this.#filling.delete(entry.blobId);
    this.#fillingBytes -= memoryOf(entry);
    this.#readOnce.delete(entry.blobId);
    this.#entries.set(entry.blobId, entry);
  }

  #use(entry: Entry): void {
    if (entry.users++ === 0) this.#usedBytes += memoryOf(entry);
  }

  #leave(entry: Entry): void {
    if (--entry.users > 0) return;
    this.#usedBytes -= memoryOf(entry);
    if (this.#entries.get(entry.blobId) === entry) return;
    // Nobody fills it any more, or it was forgotten while it was in use.
    if (this.#filling.get(entry.blobId) === entry) this.#forget(entry);
    else this.#bytes -= memoryOf(entry);
  }

  /** Nobody finds it any more; its memory counts until nobody uses it. */
  #forget(entry: Entry): void {
    this.#entries.delete(entry.blobId);
    if (this.#filling.delete(entry.blobId)) this.#fillingBytes -= memoryOf(entry);
    if (entry.users === 0) this.#bytes -= memoryOf(entry);
  }
}

function memoryOf({ sizeBytes }: Entry): number {
  return sizeBytes + ENTRY_BYTES;
}

/** Memory of its own: a short one isn't to hold a pool of Node's. */
function newPiece(leftBytes: number): Buffer {
  return Buffer.allocUnsafeSlow(Math.min(PIECE_BYTES, leftBytes));
}

function once(run: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    run();
  };
}
