import { strict as assert } from "node:assert";
import type { RecordingBody, RecordingFileRow } from "../port/recording.ts";
import { inBackground } from "../runtime/in-background.ts";
import type { RecordingFile } from "./recording-file.ts";
import type { SpillFolder, WaitingBody } from "./spill-folder.ts";

/** A recorded file that waits for the host. */
interface WaitingFile extends RecordingFile {
  row: RecordingFileRow;
  /** Its place on the disk, if it was put there because memory was full. */
  readonly spilled: WaitingBody | undefined;
}

/** A file whose turn it is: its bytes, or why they are lost. */
export type NextFile =
  | { readonly row: RecordingFileRow; readonly body: RecordingBody; readonly lost?: undefined }
  | { readonly row: RecordingFileRow; readonly lost: string };

const UNREADABLE = "a part of it can't be read from the disk";

/**
 * The files of one recording that wait for the host, in order. Those whose segments are on the disk
 * take no memory; others do up to a bound, then they are put on the disk up to the disk's bound.
 */
export class RecordingQueue {
  readonly #memoryBytesMax: number;
  readonly #spill: SpillFolder | undefined;
  readonly #waiting: WaitingFile[] = [];
  /** Those that wait, and the one whose turn it is. */
  readonly #files = new Set<WaitingFile>();

  constructor(memoryBytesMax: number, spill: SpillFolder | undefined) {
    this.#memoryBytesMax = memoryBytesMax;
    this.#spill = spill;
  }

  /** Bytes of waiting files and of the one whose turn it is. */
  get pendingBytes(): number {
    return [...this.#files].reduce((sum, { row }) => sum + row.length, 0);
  }

  /** False when there is no room for it. */
  push(file: RecordingFile): boolean {
    const { pieces, row } = file;
    const [toStay, toLeave] = this.#memoryBytes();
    const bytes = memoryBytesOf(file);
    if (isKept(file)) {
      return toLeave + bytes <= this.#memoryBytesMax && this.#add({ ...file, spilled: undefined });
    }
    if (toStay + bytes <= this.#memoryBytesMax) {
      return this.#add({ ...file, spilled: undefined });
    }
    const memory = pieces.flatMap((piece) => piece.memory ?? []);
    if (toLeave + bytes > this.#memoryBytesMax || bytes < row.length) {
      return false;
    }
    const spilled = this.#spill?.keep(memory, row.length);
    if (spilled === undefined) {
      return false;
    }
    const waiting: WaitingFile = { ...file, spilled };
    inBackground(
      spilled.failure.then(() => {
        // Once its turn has come, the host reads it.
        if (this.#waiting.includes(waiting)) {
          release(waiting);
        }
      }),
    );
    return this.#add(waiting);
  }

  #add(file: WaitingFile): true {
    this.#waiting.push(file);
    this.#files.add(file);
    return true;
  }

  /** The bytes that stay in memory, and those that are being written to the disk. */
  #memoryBytes(): readonly [toStay: number, toLeave: number] {
    let [toStay, toLeave] = [0, 0];
    for (const file of this.#files) {
      const bytes = memoryBytesOf(file);
      if (file.spilled !== undefined || isKept(file)) {
        toLeave += bytes;
      } else {
        toStay += bytes;
      }
    }
    return [toStay, toLeave];
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
    this.#files.delete(file);
    await file.spilled?.remove();
    await file.kept?.remove();
    // After a failure the host may still read them.
    if (isWritten) {
      release(file);
    }
  }

  async #load(file: WaitingFile): Promise<NextFile> {
    const { row, pieces, spilled, kept } = file;
    const written = await Promise.all(pieces.map((piece) => piece.kept?.written ?? false));
    if (kept !== undefined && written.every((isThere) => isThere)) {
      return { row, body: { file: kept.name, length: row.length, crc32: kept.crc32 } };
    }
    try {
      return spilled === undefined || memoryBytesOf(file) === row.length
        ? { row, body: await bytesOf(pieces) }
        : await readSpilled(row, spilled);
    } catch (error) {
      return { row, lost: error instanceof Error ? error.message : String(error) };
    }
  }
}

async function readSpilled(row: RecordingFileRow, spilled: WaitingBody): Promise<NextFile> {
  const failure = await spilled.failure;
  return failure === undefined ? { row, body: [await spilled.read()] } : { row, lost: failure };
}

async function bytesOf(pieces: RecordingFile["pieces"]): Promise<Buffer[]> {
  const all: Buffer[] = [];
  for (const piece of pieces) {
    const bytes = await piece.bytes();
    assert(bytes, UNREADABLE);
    all.push(bytes);
  }
  return all;
}

/** Each segment is on the disk, or on its way there. */
function isKept({ pieces }: RecordingFile): boolean {
  return pieces.every(({ kept }) => kept !== undefined);
}

function memoryBytesOf({ pieces }: RecordingFile): number {
  return pieces.reduce((sum, piece) => sum + piece.memoryBytes, 0);
}

function release({ pieces }: RecordingFile): void {
  for (const piece of pieces) {
    piece.release();
  }
}
