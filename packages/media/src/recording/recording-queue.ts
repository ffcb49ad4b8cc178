import { strict as assert } from "node:assert";
import type { RecordingFileRow } from "../port/recording.ts";
import { releaseMemory } from "../runtime/segment-memory.ts";
import type { KeptFile, RecordingFile } from "./recording-file.ts";
import type { SpillFolder, WaitingBody } from "./spill-folder.ts";

/** A recorded file that waits for the host. */
interface WaitingFile {
  row: RecordingFileRow;
  /** Bytes in memory; undefined once they are on the disk alone. */
  body: readonly Buffer[] | undefined;
  readonly spilled: WaitingBody | undefined;
  /**
   * On the disk, whether or not it is in memory: for the process that finishes the recording of a
   * killed process.
   */
  readonly kept: KeptFile | undefined;
}

/** A file whose turn it is: its bytes, or why they are lost. */
export type NextFile =
  | { readonly row: RecordingFileRow; readonly body: readonly Buffer[]; readonly lost?: undefined }
  | { readonly row: RecordingFileRow; readonly lost: string };

/**
 * The files of one recording that wait for the host, in order: up to a bound as what they take in
 * memory, then on the disk up to the disk's bound. Of those that are kept on the disk anyway only
 * the first one really takes memory.
 */
export class RecordingQueue {
  readonly #memoryBytesMax: number;
  readonly #spill: SpillFolder | undefined;
  readonly #waiting: WaitingFile[] = [];
  #memoryBytes = 0;
  #spilledBytes = 0;
  /** Being written to the disk: still in memory, beside the bound and by the same one. */
  #spillingBytes = 0;

  constructor(memoryBytesMax: number, spill: SpillFolder | undefined) {
    this.#memoryBytesMax = memoryBytesMax;
    this.#spill = spill;
  }

  /** Bytes of waiting files and of the one whose turn it is. */
  get pendingBytes(): number {
    return this.#memoryBytes + this.#spilledBytes;
  }

  /** False when there is no room for it. */
  push({ body, row, kept }: RecordingFile): boolean {
    if (this.#memoryBytes + row.length <= this.#memoryBytesMax) {
      this.#memoryBytes += row.length;
      const file: WaitingFile = { row, body, spilled: undefined, kept };
      this.#waiting.push(file);
      if (this.#waiting.length > 1 && kept?.isWhole === true) {
        void this.#leaveToDisk(file, kept);
      }
      return true;
    }
    const fits = this.#spillingBytes + row.length <= this.#memoryBytesMax;
    const there = kept?.isWhole ? kept : this.#spill?.keep(body, row.length);
    const spilled = fits ? there : undefined;
    if (spilled === undefined) {
      return false;
    }
    const file: WaitingFile = { row, body, spilled, kept };
    this.#waiting.push(file);
    this.#spilledBytes += row.length;
    this.#spillingBytes += row.length;
    spilled.failure.then(() => {
      this.#forgetBody(file);
      this.#spillingBytes -= row.length;
    });
    return true;
  }

  /** A file that waits for another one is read again from where it is kept anyway. */
  async #leaveToDisk(file: WaitingFile, kept: KeptFile): Promise<void> {
    if ((await kept.failure) === undefined) {
      this.#forgetBody(file);
    }
  }

  /** Once its turn has come, the host reads it. */
  #forgetBody(file: WaitingFile): void {
    if (file.body !== undefined && this.#waiting.includes(file)) {
      release(file.body);
      file.body = undefined;
    }
  }

  /**
   * Gives the oldest file to `write`, which resolves to whether it is in the bucket, and forgets it
   * afterwards. False when there is none.
   */
  async next(write: (file: NextFile) => Promise<boolean>): Promise<boolean> {
    const file = this.#waiting.shift();
    if (file === undefined) {
      return false;
    }
    await this.#forget(file, await write(await this.#load(file)));
    return true;
  }

  /** The next file of this rendition doesn't continue what is written. False when none waits. */
  breakNext(rendition: string): boolean {
    const file = this.#waiting.find(({ row }) => row.rendition === rendition);
    if (file !== undefined) {
      file.row = { ...file.row, discontinuity: true };
    }
    return file !== undefined;
  }

  /**
   * Files of this rendition go after `by` others, which they don't continue. False when none waits.
   */
  shift(rendition: string, by: number): boolean {
    const files = this.#waiting.filter(({ row }) => row.rendition === rendition);
    for (const file of files) {
      file.row = { ...file.row, index: file.row.index + by };
    }
    return this.breakNext(rendition);
  }

  async clear(): Promise<void> {
    for (const file of this.#waiting.splice(0)) {
      await this.#forget(file, false);
    }
  }

  async #forget(file: WaitingFile, isWritten: boolean): Promise<void> {
    const { row, spilled, kept } = file;
    if (spilled === undefined) {
      this.#memoryBytes -= row.length;
    } else {
      this.#spilledBytes -= row.length;
    }
    if (spilled !== kept) {
      await spilled?.remove();
    }
    await (isWritten ? kept?.free() : kept?.remove());
    // After a failure the host may still read them.
    if (isWritten && file.body !== undefined) {
      release(file.body);
    }
  }

  async #load({ row, body, spilled, kept }: WaitingFile): Promise<NextFile> {
    if (body !== undefined) {
      return { row, body };
    }
    const there = spilled ?? kept;
    assert(there, "what isn't in memory is on the disk");
    const failure = await there.failure;
    if (failure !== undefined) {
      return { row, lost: failure };
    }
    try {
      return { row, body: [await there.read()] };
    } catch (error) {
      return { row, lost: error instanceof Error ? error.message : String(error) };
    }
  }
}

function release(body: readonly Buffer[]): void {
  for (const piece of body) {
    releaseMemory(piece);
  }
}
