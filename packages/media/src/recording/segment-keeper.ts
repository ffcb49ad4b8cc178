import { mkdir, rm } from "node:fs/promises";
import { type DiskRoom, KeptFile, type MakeFile, makeKeptFile } from "./kept-file.ts";

/**
 * Keeps the segments of one recording on the disk until the files that they make up are in the
 * bucket, so that what a killed process had of a recording can be finished by the next one.
 */
export class SegmentKeeper {
  readonly #folder: string;
  readonly #room: DiskRoom;
  readonly #makeFile: MakeFile;
  #nextNumber = 1;
  readonly #files = new Set<KeptFile>();
  /** Resolves when the recording has begun in the bucket, to how many files it had before. */
  readonly #begun: Promise<number>;
  #begin: (filesBefore: number) => void = () => {};
  #refuse: (reason: Error) => void = () => {};
  /** Undefined until it has begun. */
  #filesBefore: number | undefined;
  #isOver = false;

  /** `folder` is the recording's own. */
  constructor(folder: string, room: DiskRoom, makeFile: MakeFile = makeKeptFile) {
    this.#folder = folder;
    this.#room = room;
    this.#makeFile = makeFile;
    const begun = new Promise<number>((resolve, reject) => {
      this.#begin = resolve;
      this.#refuse = reject;
    });
    this.#begun = begun.then(async (filesBefore) => {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      return filesBefore;
    });
    // Nothing may have been kept when it is over.
    this.#begun.catch(() => {});
  }

  /** The recording has begun in the bucket, after so many files of earlier broadcasts. */
  begin(filesBefore: number): void {
    this.#begin(filesBefore);
    this.#filesBefore = filesBefore;
  }

  /** The next recorded file of a rendition; undefined once the recording is over. */
  file(): KeptFile | undefined {
    if (this.#isOver) {
      return undefined;
    }
    const file: KeptFile = new KeptFile({
      folder: this.#folder,
      number: this.#nextNumber,
      room: this.#room,
      begun: this.#begun,
      filesBefore: () => this.#filesBefore,
      make: this.#makeFile,
      onRemoved: () => this.#files.delete(file),
    });
    this.#nextNumber += 1;
    this.#files.add(file);
    return file;
  }

  /** Nothing is added any more; the process that finishes the recording finds what there is. */
  async leaveBehind(): Promise<void> {
    this.#end();
    await Promise.all([...this.#files].map((file) => file.leaveBehind()));
  }

  /** The recording is over: nothing is finished from here any more. */
  async close(): Promise<void> {
    this.#end();
    await Promise.all([...this.#files].map((file) => file.remove()));
    await rm(this.#folder, { recursive: true, force: true });
  }

  #end(): void {
    this.#isOver = true;
    this.#refuse(new Error("the recording is over"));
  }
}
