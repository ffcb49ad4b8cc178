import { mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";
import type { RecordingMark } from "../engine/recording-messages.ts";
import type { Segment } from "../segmenter/segment.ts";
import { encodeKeptSegment, KEPT_FILE_SUFFIX, readKeptBody } from "./kept-segment.ts";
import type { SpillFolder } from "./spill-folder.ts";

/** A segment and where it belongs in its recording. */
export interface SegmentToKeep {
  readonly rendition: string;
  readonly segment: Segment;
  /** Index of the recorded file that it becomes part of. */
  readonly file: number;
  /** That file doesn't continue the one before it. */
  readonly breaksBefore: boolean;
  /** Of the moments before the segment's end that no segment before it was kept with. */
  readonly marks: readonly RecordingMark[];
}

/** Puts bytes into a new file. They are the system's then: a process that is killed doesn't lose them. */
type Write = (file: string, pieces: readonly Uint8Array[]) => Promise<void>;

/**
 * Keeps the segments of one recording on the disk until the files that they are joined into are in the bucket, so that
 * what a killed process had of a recording can be finished by the next one.
 */
export class SegmentKeeper {
  readonly #folder: string;
  readonly #spill: SpillFolder;
  readonly #write: Write;
  #made: Promise<unknown> | undefined;
  #nextNumber = 0;
  /** Resolves when the recording has begun in the bucket, to how many files it had before. */
  readonly #begun: Promise<number>;
  #begin: (filesBefore: number) => void = () => {};
  #refuse: (reason: Error) => void = () => {};
  readonly #writing = new Set<Promise<unknown>>();
  /** Undefined until it has begun. */
  #filesBefore: number | undefined;
  #isOver = false;

  /** `folder` is the recording's own. */
  constructor(folder: string, spill: SpillFolder, write: Write = writeNew) {
    this.#folder = folder;
    this.#spill = spill;
    this.#write = write;
    this.#begun = new Promise((resolve, reject) => {
      this.#begin = resolve;
      this.#refuse = reject;
    });
    // Nothing may have been kept when it is over.
    this.#begun.catch(() => {});
  }

  /** The recording has begun in the bucket, behind so many files of earlier broadcasts. */
  begin(filesBefore: number): void {
    this.#begin(filesBefore);
    this.#filesBefore = filesBefore;
  }

  /** Undefined when there is no room for it. */
  keep(kept: SegmentToKeep): KeptSegment | undefined {
    const { length } = kept.segment.body;
    if (this.#isOver || !this.#spill.reserve(length)) {
      return undefined;
    }
    this.#nextNumber += 1;
    const file = join(this.#folder, `${this.#nextNumber}${KEPT_FILE_SUFFIX}`);
    const written = this.#put(file, kept, this.#filesBefore === undefined);
    const done = written.catch(() => {}).finally(() => this.#writing.delete(done));
    this.#writing.add(done);
    return new KeptSegment(file, written, () => this.#spill.release(length));
  }

  /** The recording is over: nothing is finished from here any more. */
  async close(): Promise<void> {
    this.#isOver = true;
    this.#refuse(new Error("the recording is over"));
    await Promise.all(this.#writing);
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** `isEarly`: the recording hasn't begun, and its files are numbered from 0 as yet. */
  async #put(file: string, kept: SegmentToKeep, isEarly: boolean): Promise<void> {
    const filesBefore = await this.#begun;
    this.#made ??= mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await this.#made;
    const shifted = isEarly ? { ...kept, file: kept.file + filesBefore } : kept;
    await this.#write(file, encodeKeptSegment(shifted));
  }
}

async function writeNew(file: string, pieces: readonly Uint8Array[]): Promise<void> {
  const handle = await open(file, "wx", 0o600);
  try {
    await handle.writev([...pieces]);
  } finally {
    await handle.close();
  }
}

/** One segment on the disk. */
export class KeptSegment {
  readonly #file: string;
  /** Resolves to undefined, or to why it isn't there. */
  readonly failure: Promise<string | undefined>;
  readonly #removed: () => void;

  constructor(file: string, written: Promise<void>, removed: () => void) {
    this.#file = file;
    this.#removed = removed;
    this.failure = written.then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
  }

  read(): Promise<Buffer> {
    return readKeptBody(this.#file);
  }

  async remove(): Promise<void> {
    await this.failure;
    await rm(this.#file, { force: true });
    this.#removed();
  }
}
