import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { type DiskRoom, KeptFile, type MakeFile, makeKeptFile } from "./kept-file.ts";
import { BEFORE_SUFFIX } from "./kept-index.ts";

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
  /** Files of earlier broadcasts, once the recording has begun in the bucket. */
  #filesBefore: number | undefined;
  #made: Promise<unknown> | undefined;
  /** The number of those files is noted, or can't be. */
  #marked: Promise<void> = Promise.resolve();
  #isOver = false;

  /** `folder` is the recording's own. */
  constructor(folder: string, room: DiskRoom, makeFile: MakeFile = makeKeptFile) {
    this.#folder = folder;
    this.#room = room;
    this.#makeFile = makeFile;
  }

  /**
   * The recording has begun in the bucket, after so many files of earlier broadcasts. Nothing that
   * was kept before may be put there until this resolves: then it is known where that belongs.
   * Where the disk takes not even that, it is as good as none.
   */
  async begin(filesBefore: number): Promise<void> {
    this.#filesBefore = filesBefore;
    if (!this.#isOver) {
      this.#marked = this.#mark(filesBefore).catch(() => this.leaveBehind());
    }
    await this.#marked;
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
      hasBegun: () => this.#filesBefore !== undefined,
      make: async (path) => {
        await this.#make();
        return this.#makeFile(path);
      },
      onRemoved: () => this.#files.delete(file),
    });
    this.#nextNumber += 1;
    this.#files.add(file);
    return file;
  }

  /** Nothing is added any more; the process that finishes the recording finds what there is. */
  async leaveBehind(): Promise<void> {
    this.#isOver = true;
    await Promise.all([...this.#files].map((file) => file.leaveBehind()));
  }

  /** The recording is over: nothing is finished from here any more. */
  async close(): Promise<void> {
    this.#isOver = true;
    await Promise.all([this.#marked, ...[...this.#files].map((file) => file.remove())]);
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #mark(filesBefore: number): Promise<void> {
    await this.#make();
    const mark = await this.#makeFile(join(this.#folder, filesBefore + BEFORE_SUFFIX));
    await mark.close();
  }

  #make(): Promise<unknown> {
    this.#made ??= mkdir(this.#folder, { recursive: true, mode: 0o700 });
    return this.#made;
  }
}
