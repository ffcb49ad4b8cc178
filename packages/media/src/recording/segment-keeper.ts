import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { holdMemory, releaseMemory } from "../runtime/segment-memory.ts";
import {
  KEPT_FILE_SUFFIX,
  readKeptBody,
  type SegmentToKeep,
  writeKeptSegment,
} from "./kept-segment.ts";

/** Room on the disk, shared by all that waits there. */
export interface DiskRoom {
  /** False when there is no room for so many bytes. */
  reserve(bytes: number): boolean;
  release(bytes: number): void;
}

/**
 * Writes a segment into a file. The bytes are the system's then: a process that is killed doesn't
 * lose them.
 */
type Write = typeof writeKeptSegment;

/**
 * A file for one segment after the other: the system finds new pages for a new file, which costs
 * more than the copy.
 */
interface Slot {
  readonly file: string;
  /** Bytes that are reserved for it: the longest segment it had. */
  readonly bytes: number;
  readonly isNew: boolean;
}

/**
 * Files without a segment that a recording has at most: those of ten seconds of all renditions
 * become free at once.
 */
const FREE_SLOTS_MAX = 32;

/**
 * Keeps the segments of one recording on the disk until the files that they are joined into are in
 * the bucket, so that what a killed process had of a recording can be finished by the next one.
 */
export class SegmentKeeper {
  readonly #folder: string;
  readonly #room: DiskRoom;
  readonly #write: Write;
  #made: Promise<unknown> | undefined;
  #nextNumber = 0;
  readonly #free: Slot[] = [];
  /** Resolves when the recording has begun in the bucket, to how many files it had before. */
  readonly #begun: Promise<number>;
  #begin: (filesBefore: number) => void = () => {};
  #refuse: (reason: Error) => void = () => {};
  readonly #writing = new Set<Promise<unknown>>();
  /** Undefined until it has begun. */
  #filesBefore: number | undefined;
  #isOver = false;

  /** `folder` is the recording's own. */
  constructor(folder: string, room: DiskRoom, write: Write = writeKeptSegment) {
    this.#folder = folder;
    this.#room = room;
    this.#write = write;
    this.#begun = new Promise((resolve, reject) => {
      this.#begin = resolve;
      this.#refuse = reject;
    });
    // Nothing may have been kept when it is over.
    this.#begun.catch(() => {});
  }

  /** The recording has begun in the bucket, after so many files of earlier broadcasts. */
  begin(filesBefore: number): void {
    this.#begin(filesBefore);
    this.#filesBefore = filesBefore;
  }

  /** Undefined when there is no room for it. */
  keep(kept: SegmentToKeep): KeptSegment | undefined {
    const slot = this.#isOver ? undefined : this.#take(kept.segment.body.length);
    if (slot === undefined) {
      return undefined;
    }
    const written = this.#put(slot, kept, this.#filesBefore === undefined);
    const { body } = kept.segment;
    holdMemory(body);
    const done = written
      .catch(() => {})
      .finally(() => {
        this.#writing.delete(done);
        releaseMemory(body);
      });
    this.#writing.add(done);
    const removed = () => this.#room.release(slot.bytes);
    return new KeptSegment(slot.file, written, { removed, freed: () => this.#giveBack(slot) });
  }

  /** The recording is over: nothing is finished from here any more. */
  async close(): Promise<void> {
    this.#isOver = true;
    this.#refuse(new Error("the recording is over"));
    await Promise.all(this.#writing);
    await rm(this.#folder, { recursive: true, force: true });
    for (const { bytes } of this.#free.splice(0)) {
      this.#room.release(bytes);
    }
  }

  #take(length: number): Slot | undefined {
    const free = this.#free.at(-1);
    const bytes = Math.max(length, free?.bytes ?? 0);
    if (!this.#room.reserve(bytes - (free?.bytes ?? 0))) {
      return undefined;
    }
    if (free !== undefined) {
      this.#free.pop();
      return { ...free, bytes };
    }
    this.#nextNumber += 1;
    const file = join(this.#folder, `${this.#nextNumber}${KEPT_FILE_SUFFIX}`);
    return { file, bytes, isNew: true };
  }

  async #giveBack(slot: Slot): Promise<void> {
    if (!this.#isOver && this.#free.length < FREE_SLOTS_MAX) {
      this.#free.push({ ...slot, isNew: false });
      return;
    }
    await rm(slot.file, { force: true });
    this.#room.release(slot.bytes);
  }

  /** `isEarly`: the recording hasn't begun, and its files are numbered from 0 as yet. */
  async #put({ file, isNew }: Slot, kept: SegmentToKeep, isEarly: boolean): Promise<void> {
    const filesBefore = await this.#begun;
    this.#made ??= mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await this.#made;
    const shifted = isEarly ? { ...kept, file: kept.file + filesBefore } : kept;
    await this.#write(file, shifted, isNew);
  }
}

interface KeptSegmentEnds {
  /** It is off the disk. */
  readonly removed: () => void;
  /** Its file may hold another one. */
  readonly freed: () => Promise<void>;
}

/** One segment on the disk. */
export class KeptSegment {
  readonly #file: string;
  /** Resolves to undefined, or to why it isn't there. */
  readonly failure: Promise<string | undefined>;
  readonly #ends: KeptSegmentEnds;

  constructor(file: string, written: Promise<void>, ends: KeptSegmentEnds) {
    this.#file = file;
    this.#ends = ends;
    this.failure = written.then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
  }

  read(): Promise<Buffer> {
    return readKeptBody(this.#file);
  }

  /**
   * The recorded file that it is part of is in the bucket, and has its row: the segment is not
   * needed any more.
   */
  async free(): Promise<void> {
    if ((await this.failure) !== undefined) {
      return this.remove();
    }
    await this.#ends.freed();
  }

  /** Nobody may find it, whether or not its file is in the bucket. */
  async remove(): Promise<void> {
    await this.failure;
    await rm(this.#file, { force: true });
    this.#ends.removed();
  }
}
