import { keepBytes } from "../runtime/kept-bytes.ts";
import { holdMemory, isSegmentMemory, releaseMemory } from "../runtime/segment-memory.ts";
import type { SegmentShelf } from "./segment-shelf.ts";

/** Bytes on the disk, which stay there until they are freed. */
interface BytesOnDisk {
  /** Resolves to undefined when they are gone. */
  read(): Promise<Buffer | undefined>;
  /** Once. */
  free(): void;
}

/** Bytes that somebody else puts on the disk. */
export interface KeptBytes {
  lease(): KeptBytesLease;
}

/** The right to read them, should they get there. */
export interface KeptBytesLease extends BytesOnDisk {
  readonly isThere: boolean;
}

/**
 * The bytes of a listed segment: in memory, where most players ask for them, and later on the disk:
 * where its recording keeps them, or on the shelf.
 */
export class SegmentMedia {
  readonly length: number;
  #body: Buffer | undefined;
  #kept: KeptBytesLease | undefined;
  #shelved: BytesOnDisk | undefined;
  #isShelving = false;
  #isOver = false;

  constructor(body: Buffer, kept?: KeptBytesLease) {
    this.#kept = kept;
    this.length = body.length;
    this.#body = body;
    holdMemory(body);
  }

  /** Bytes in memory. */
  get memoryBytes(): number {
    return this.#body?.length ?? 0;
  }

  /**
   * The bytes, if they are in memory, for as long as anybody has them. A segment's own memory is
   * used again for the next one, so what a player asks for is copied, once for all players.
   */
  inMemory(): Buffer | undefined {
    const body = this.#body;
    if (body !== undefined && isSegmentMemory(body)) {
      this.#body = keepBytes(body);
      releaseMemory(body);
    }
    return this.#body;
  }

  /** The bytes, if they are on the disk alone. */
  async onShelf(): Promise<Buffer | undefined> {
    return this.#shelved?.read();
  }

  /** Leaves them to the disk; they stay in memory where that can't be. */
  async moveTo(shelf: SegmentShelf): Promise<void> {
    const body = this.#body;
    if (body === undefined || this.#isShelving) {
      return;
    }
    const kept = this.#kept;
    this.#kept = undefined;
    if (kept?.isThere) {
      this.#shelved = kept;
      this.#forgetBody();
      return;
    }
    kept?.free();
    this.#isShelving = true;
    holdMemory(body);
    const shelved = await shelf.put(body);
    releaseMemory(body);
    this.#isShelving = false;
    if (this.#isOver) {
      shelved?.free();
    } else if (shelved !== undefined) {
      this.#shelved = shelved;
      this.#forgetBody();
    }
  }

  /** Nobody asks for them any more. */
  drop(): void {
    this.#isOver = true;
    this.#forgetBody();
    this.#kept?.free();
    this.#kept = undefined;
    this.#shelved?.free();
    this.#shelved = undefined;
  }

  #forgetBody(): void {
    if (this.#body !== undefined) {
      releaseMemory(this.#body);
    }
    this.#body = undefined;
  }
}
