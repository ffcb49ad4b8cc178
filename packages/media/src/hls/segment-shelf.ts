import { type FileHandle, mkdir, open, rm } from "node:fs/promises";
import { dirname } from "node:path";

/** Segments that are being written at once; what comes meanwhile stays in memory. */
const WRITING_MAX = 16;

export interface SegmentShelfOptions {
  readonly file: string;
  /** Bytes of the largest segment. */
  readonly segmentBytesMax: number;
  /** False when so many more bytes would leave the disk too full. */
  readonly hasRoom: (bytes: number) => boolean;
}

/**
 * Segments that hardly any player asks for any more, in a file in place of memory. The file has no
 * name: it is gone with the process, however that ends. Each segment has a slot of the largest
 * size, of which only its own bytes take room on the disk. A slot is used again at once, so that
 * the system has it in memory.
 */
export class SegmentShelf {
  readonly #options: SegmentShelfOptions;
  #handle: FileHandle | undefined;
  readonly #free: number[] = [];
  #slots = 0;
  #emptied: Promise<void> = Promise.resolve();
  readonly #writing = new Set<Promise<unknown>>();

  constructor(options: SegmentShelfOptions) {
    this.#options = options;
  }

  async open(): Promise<void> {
    const { file } = this.#options;
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    this.#handle = await open(file, "w+", 0o600);
    await rm(file);
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await Promise.all([this.#emptied, ...this.#writing]);
    await handle?.close();
  }

  /**
   * Resolves to where the bytes are, which may change then; to undefined where they can't be put
   * there now.
   */
  async put(bytes: Buffer): Promise<ShelvedSegment | undefined> {
    const handle = this.#handle;
    if (handle === undefined || this.#writing.size >= WRITING_MAX || !this.#fits(bytes.length)) {
      return undefined;
    }
    const slot = this.#free.pop() ?? this.#slots++;
    const position = slot * this.#options.segmentBytesMax;
    const writing = this.#write(handle, bytes, position);
    this.#writing.add(writing);
    const isThere = await writing;
    this.#writing.delete(writing);
    if (isThere) {
      return new ShelvedSegment(handle, position, bytes.length, () => this.#giveBack(slot));
    }
    this.#giveBack(slot);
    return undefined;
  }

  async #write(handle: FileHandle, bytes: Buffer, position: number): Promise<boolean> {
    try {
      await this.#emptied;
      const { bytesWritten } = await handle.write(bytes, 0, bytes.length, position);
      return bytesWritten === bytes.length;
    } catch {
      // The disk is full: the segment stays where it is.
      return false;
    }
  }

  #fits(bytes: number): boolean {
    return bytes <= this.#options.segmentBytesMax && this.#options.hasRoom(bytes);
  }

  /** Without any segment the file takes no room. */
  #giveBack(slot: number): void {
    this.#free.push(slot);
    if (this.#free.length === this.#slots) {
      this.#free.length = 0;
      this.#slots = 0;
      this.#emptied = this.#handle?.truncate().catch(() => {}) ?? this.#emptied;
    }
  }
}

/** The bytes of one segment on the shelf. */
export class ShelvedSegment {
  readonly #handle: FileHandle;
  readonly #position: number;
  readonly #length: number;
  readonly #giveBack: () => void;
  #readers = 0;
  #isFree = false;

  constructor(handle: FileHandle, position: number, length: number, giveBack: () => void) {
    this.#handle = handle;
    this.#position = position;
    this.#length = length;
    this.#giveBack = giveBack;
  }

  /** Resolves to the bytes; to undefined when they are gone. */
  async read(): Promise<Buffer | undefined> {
    if (this.#isFree) {
      return undefined;
    }
    this.#readers += 1;
    try {
      const bytes = Buffer.allocUnsafeSlow(this.#length);
      const { bytesRead } = await this.#handle.read(bytes, 0, this.#length, this.#position);
      return bytesRead === this.#length ? bytes : undefined;
    } finally {
      this.#readers -= 1;
      this.#leave();
    }
  }

  /** Once. Another segment may take its place as soon as no request reads it. */
  free(): void {
    this.#isFree = true;
    this.#leave();
  }

  #leave(): void {
    if (this.#isFree && this.#readers === 0) {
      this.#giveBack();
    }
  }
}
