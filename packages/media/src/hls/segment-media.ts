import { inBackground } from "../runtime/in-background.ts";
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
  /** Resolves to whether they are there. */
  readonly written: Promise<boolean>;
}

/**
 * The bytes of a listed segment. They leave memory as soon as its recording has them on the disk,
 * and come back for players that ask for them while the segment is recent. Without a recording they
 * stay in memory until the segment is old, and lie on the shelf then.
 */
export class SegmentMedia {
  readonly length: number;
  #body: Buffer | undefined;
  #onDisk: BytesOnDisk | undefined;
  /** The bytes on their way back into memory. */
  #recall: Promise<Buffer | undefined> | undefined;
  #isShelving = false;
  #isOld = false;
  #isOver = false;

  constructor(body: Buffer, kept?: KeptBytesLease) {
    this.length = body.length;
    this.#body = body;
    holdMemory(body);
    if (kept !== undefined) {
      inBackground(this.#leaveTo(kept));
    }
  }

  /** Bytes in memory. */
  get memoryBytes(): number {
    return this.#body?.length ?? 0;
  }

  /** The bytes, for as long as anybody has them; undefined when they are gone. */
  async bytes(): Promise<Buffer | undefined> {
    return this.#inMemory() ?? (this.#isOld ? this.#onDisk?.read() : this.#recalled());
  }

  /**
   * A segment's own memory is used again for the next one, so what a player asks for is copied,
   * once for all players.
   */
  #inMemory(): Buffer | undefined {
    const body = this.#body;
    if (body !== undefined && isSegmentMemory(body)) {
      this.#body = keepBytes(body);
      releaseMemory(body);
    }
    return this.#body;
  }

  #recalled(): Promise<Buffer | undefined> {
    this.#recall ??= this.#bringBack();
    return this.#recall;
  }

  async #bringBack(): Promise<Buffer | undefined> {
    const bytes = await this.#onDisk?.read();
    if (!this.#isOld && !this.#isOver) {
      this.#body = bytes;
    }
    this.#recall = undefined;
    return bytes;
  }

  async #leaveTo(kept: KeptBytesLease): Promise<void> {
    if (this.#isOver || !(await kept.written) || this.#isOver || this.#onDisk !== undefined) {
      kept.free();
      return;
    }
    this.#onDisk = kept;
    const isAskedFor = this.#body !== undefined && !isSegmentMemory(this.#body);
    if (this.#isOld || !isAskedFor) {
      this.#forgetBody();
    }
  }

  /** It is old: leaves its bytes to the disk, or to memory where that can't be. */
  async moveTo(shelf: SegmentShelf): Promise<void> {
    this.#isOld = true;
    const body = this.#body;
    if (body === undefined || this.#isShelving) {
      return;
    }
    if (this.#onDisk !== undefined) {
      this.#forgetBody();
      return;
    }
    this.#isShelving = true;
    holdMemory(body);
    const shelved = await shelf.put(body);
    releaseMemory(body);
    this.#isShelving = false;
    if (this.#isOver || this.#onDisk !== undefined) {
      shelved?.free();
    } else if (shelved !== undefined) {
      this.#onDisk = shelved;
      this.#forgetBody();
    }
  }

  /** No request needs them any more. */
  drop(): void {
    this.#isOver = true;
    this.#forgetBody();
    this.#onDisk?.free();
    this.#onDisk = undefined;
  }

  #forgetBody(): void {
    if (this.#body !== undefined) {
      releaseMemory(this.#body);
    }
    this.#body = undefined;
  }
}
