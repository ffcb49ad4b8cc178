import { type FileHandle, open, unlink } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { inBackground } from "../runtime/in-background.ts";
import { takeKeptMemory } from "../runtime/kept-bytes.ts";
import { holdMemory, releaseMemory } from "../runtime/segment-memory.ts";
import { INDEX_SUFFIX, indexLine, MEDIA_SUFFIX, type SegmentToKeep } from "./kept-index.ts";

/** Room on the disk, shared by all that waits there. */
export interface DiskRoom {
  /** False when there is no room for so many bytes. */
  reserve(bytes: number): boolean;
  release(bytes: number): void;
}

/** Opens a file that isn't there yet. */
export type MakeFile = (path: string) => Promise<FileHandle>;

export interface KeptFileOptions {
  readonly folder: string;
  readonly number: number;
  readonly room: DiskRoom;
  /** Whether the recording has begun in the bucket: how many files it had before is known. */
  readonly hasBegun: () => boolean;
  readonly make: MakeFile;
  /** Called once. */
  readonly onRemoved: () => void;
}

interface Handles {
  readonly media: FileHandle;
  readonly index: FileHandle;
}

/**
 * A recorded file on the disk, segment by segment while they are made: for the host, which takes it
 * as it is, for players that lag, and for the process that finishes the recording of a killed one.
 * The bytes are the system's once they are written.
 */
export class KeptFile {
  /** Name in its recording's folder. */
  readonly name: string;
  readonly #options: KeptFileOptions;
  #opened: Promise<Handles> | undefined;
  /** Lines are written one after the other. */
  #lines: Promise<unknown> = Promise.resolve();
  readonly #writing = new Set<Promise<unknown>>();
  #length = 0;
  #crc32 = 0;
  #reserved = 0;
  /** A segment isn't there: those after it would be in its place. */
  #isBroken = false;
  #readers = 0;
  #removal: Promise<void> | undefined;

  constructor(options: KeptFileOptions) {
    this.#options = options;
    this.name = `${options.number}${MEDIA_SUFFIX}`;
  }

  /** The checksum of the bytes so far. */
  get crc32(): number {
    return this.#crc32;
  }

  /** Undefined when there is no room for it. */
  keep(kept: SegmentToKeep): KeptSegment | undefined {
    const { body } = kept.segment;
    const isOver = this.#isBroken || this.#removal !== undefined;
    if (isOver || !this.#options.room.reserve(body.length)) {
      this.#isBroken = true;
      return undefined;
    }
    this.#reserved += body.length;
    const offset = this.#length;
    this.#length += body.length;
    this.#crc32 = crc32(body, this.#crc32);
    holdMemory(body);
    const written = this.#write(kept, offset, this.#crc32).then(
      () => true,
      () => {
        this.#isBroken = true;
        return false;
      },
    );
    const done = written.then(() => {
      this.#writing.delete(done);
      releaseMemory(body);
    });
    this.#writing.add(done);
    return new KeptSegment(this, offset, body.length, written);
  }

  /** Its bytes from `offset` on, of a segment that is written. */
  async read(offset: number, length: number): Promise<Buffer | undefined> {
    const handles = await this.#opened;
    if (handles === undefined) {
      return undefined;
    }
    const { media } = handles;
    const bytes = takeKeptMemory(length);
    const { bytesRead } = await media.read(bytes, 0, length, offset);
    return bytesRead === length ? bytes : undefined;
  }

  /** It can be read until each of those that called this calls `leave`. */
  enter(): void {
    this.#readers += 1;
  }

  leave(): void {
    this.#readers -= 1;
    inBackground(this.#closeUnread());
  }

  /**
   * It is in the bucket and has its row, or is lost: no reader may find it. Those that read it go
   * on.
   */
  remove(): Promise<void> {
    this.#removal ??= this.#remove();
    return this.#removal;
  }

  /** It stays for the process that finishes the recording, as far as it is written. */
  leaveBehind(): Promise<void> {
    this.#removal ??= this.#settle();
    return this.#removal;
  }

  async #settle(): Promise<void> {
    await Promise.all(this.#writing);
    this.#options.room.release(this.#reserved);
    this.#options.onRemoved();
    await this.#closeUnread();
  }

  async #remove(): Promise<void> {
    const { folder } = this.#options;
    await Promise.all(this.#writing);
    if (this.#opened !== undefined) {
      // Without its index the other one is taken for no file.
      await removeFile(join(folder, this.name.replace(MEDIA_SUFFIX, INDEX_SUFFIX)));
      await removeFile(join(folder, this.name));
    }
    await this.#settle();
  }

  async #closeUnread(): Promise<void> {
    if (this.#readers === 0 && this.#removal !== undefined && this.#writing.size === 0) {
      const opened = this.#opened;
      this.#opened = undefined;
      const handles = await opened?.catch(() => undefined);
      await handles?.media.close();
      await handles?.index.close();
    }
  }

  async #write(kept: SegmentToKeep, offset: number, sum: number): Promise<void> {
    const isEarly = !this.#options.hasBegun();
    const { media, index } = await this.#open();
    const line = indexLine(kept, { isEarly, isFirst: offset === 0, crc32: sum });
    this.#lines = this.#lines.then(() => writeLine(index, line));
    const { body } = kept.segment;
    const [{ bytesWritten }] = await Promise.all([
      media.write(body, 0, body.length, offset),
      this.#lines,
    ]);
    if (bytesWritten < body.length) {
      throw new Error("the disk took only a part of a segment");
    }
  }

  #open(): Promise<Handles> {
    this.#opened ??= this.#make();
    return this.#opened;
  }

  async #make(): Promise<Handles> {
    const { folder, make } = this.#options;
    const media = await make(join(folder, this.name));
    try {
      const index = await make(join(folder, this.name.replace(MEDIA_SUFFIX, INDEX_SUFFIX)));
      return { media, index };
    } catch (error) {
      await media.close();
      throw error;
    }
  }
}

/** `rm` looks twice what it is first. */
async function removeFile(path: string): Promise<void> {
  await unlink(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") {
      throw error;
    }
  });
}

/** At the end of what was written: cheaper than `appendFile`, which writes piece by piece. */
async function writeLine(index: FileHandle, line: string): Promise<void> {
  const bytes = Buffer.from(line);
  const { bytesWritten } = await index.write(bytes);
  if (bytesWritten < bytes.length) {
    throw new Error("the disk took only a part of an index line");
  }
}

/** A file of the server's alone. */
export const makeKeptFile: MakeFile = (path) => open(path, "wx+", 0o600);

/** One segment on the disk. */
export class KeptSegment {
  /** Resolves to whether it is there. */
  readonly written: Promise<boolean>;
  readonly #file: KeptFile;
  readonly #offset: number;
  readonly #length: number;

  constructor(file: KeptFile, offset: number, length: number, written: Promise<boolean>) {
    this.#file = file;
    this.#offset = offset;
    this.#length = length;
    this.written = written;
  }

  /** Undefined where the bytes aren't whole. */
  read(): Promise<Buffer | undefined> {
    return this.#file.read(this.#offset, this.#length);
  }

  /** For somebody who may want to read it at any time, until he frees it. */
  lease(): KeptLease {
    this.#file.enter();
    return new KeptLease(this, () => this.#file.leave());
  }
}

/** The right to read a kept segment. */
export class KeptLease {
  readonly #segment: KeptSegment;
  readonly #leave: () => void;

  constructor(segment: KeptSegment, leave: () => void) {
    this.#segment = segment;
    this.#leave = leave;
  }

  /** Resolves to whether it is there. */
  get written(): Promise<boolean> {
    return this.#segment.written;
  }

  read(): Promise<Buffer | undefined> {
    return this.#segment.read();
  }

  /** Once. */
  free(): void {
    this.#leave();
  }
}
