import { type FileHandle, mkdir, open, readFile, rm, stat } from "node:fs/promises";
import { systemClock } from "../../../kernel/clock.ts";
import { pathBelow } from "../../../kernel/files/path-below.ts";
import { writeAt } from "../../../kernel/files/write-at.ts";
import { makeFolderDurably, writeDurably } from "../../../kernel/files/write-durably.ts";
import { OneAtATime } from "../../../kernel/work/one-at-a-time.ts";
import { hasCode } from "./blob-files.ts";

/** Below the data folder. */
export const MARKS_FOLDER = "s3-writers";

/** Another one after each start of the machine. Source: random(4). */
const BOOT_ID_FILE = "/proc/sys/kernel/random/boot_id";
const COUNT_DIGITS = 16;
const TIME_DIGITS = 14;
/** Between reading the clock and writing to the file, which may have to wait for a thread. */
const WRITE_MS_MAX = 3_000;
/**
 * The system sets both times of a file that is written to; a process that sets one itself changes
 * the other.
 */
const SAME_TIME_MS = 10;

/** `open <boot id> <the file's inode> <commits> <when that was written>`, or `ended <commits>`. */
const OPEN = /^open (\S+) (\d+) (\d+) (\d+)$/;
const ENDED = /^ended (\d+)$/;

/** The proofs that a writer's mark gives. */
export interface MarkedCommits {
  /** As many commits of the writer were acknowledged, or more when it hasn't ended by itself. */
  readonly commits: number;
  /** The writer ended and said so: nothing is missing, wherever the file is read. */
  readonly ended: boolean;
}

/** A further place for the marks of writers that have ended. */
export interface EndedMarks {
  end(prefix: string, commits: number): Promise<void>;
  read(prefix: string): Promise<number | undefined>;
  remove(prefix: string): Promise<void>;
}

/**
 * How many commits of each writer have been acknowledged, in files beside the blobs and outside of
 * the database. A database that counts fewer is an older copy, and doesn't know all of the writer's
 * blobs.
 */
export class WriterMarks {
  readonly #dir: string;
  readonly #inPlace: boolean;
  readonly #elsewhere: EndedMarks | undefined;

  /** `inPlace` as in writeAt. */
  constructor(dir: string, inPlace = false, elsewhere?: EndedMarks) {
    this.#dir = dir;
    this.#inPlace = inPlace;
    this.#elsewhere = elsewhere;
  }

  /** Makes the mark of a new writer. */
  async begin(prefix: string): Promise<WriterMark> {
    await mkdir(this.#dir, { recursive: true, mode: 0o700 });
    const handle = await open(this.#file(prefix), "wx", 0o600);
    const { ino } = await handle.stat({ bigint: true });
    return WriterMark.begin(handle, `open ${await readBootId()} ${ino} `, this.#inPlace);
  }

  /** The writer has ended, with so many commits. Survives a power cut. */
  async end(prefix: string, commits: number): Promise<void> {
    await makeFolderDurably(this.#dir);
    await writeDurably(this.#file(prefix), `ended ${commits}`, { ifExists: "replace" });
    await this.#elsewhere?.end(prefix, commits);
  }

  /**
   * Undefined where nothing is proven. An open mark isn't forced to the disk: it is believed only
   * on the machine's same boot, and only where the writer itself has written it last: not in a
   * copy, nor where a copy was put over it.
   */
  async read(prefix: string): Promise<MarkedCommits | undefined> {
    const own = await this.#readOwn(prefix);
    if (own || !this.#elsewhere) return own;
    const commits = await this.#elsewhere.read(prefix);
    return commits === undefined ? undefined : { commits, ended: true };
  }

  async #readOwn(prefix: string): Promise<MarkedCommits | undefined> {
    const file = await readFound(this.#file(prefix));
    if (!file) return undefined;
    const { text, found } = file;
    const [, ended] = ENDED.exec(text) ?? [];
    if (ended !== undefined) return { commits: Number(ended), ended: true };
    const [, bootId, inode, commits, writtenMs] = OPEN.exec(text) ?? [];
    if (commits === undefined || inode !== String(found.ino)) return undefined;
    const [changedMs, modifiedMs] = [Number(found.ctimeMs), Number(found.mtimeMs)];
    if (Math.abs(changedMs - modifiedMs) > SAME_TIME_MS) return undefined;
    if (Math.abs(modifiedMs - Number(writtenMs)) > WRITE_MS_MAX) return undefined;
    return bootId === (await readBootId()) ? { commits: Number(commits), ended: false } : undefined;
  }

  /** For writers of which nothing is left. */
  async remove(prefix: string): Promise<void> {
    await rm(this.#file(prefix), { force: true });
    await this.#elsewhere?.remove(prefix);
  }

  async clear(): Promise<void> {
    await rm(this.#dir, { recursive: true, force: true });
  }

  #file(prefix: string): string {
    return pathBelow(this.#dir, prefix);
  }
}

async function readFound(file: string) {
  try {
    const text = await readFile(file, "latin1");
    return { text, found: await stat(file, { bigint: true }) };
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** The mark of a writer of this process. */
export class WriterMark {
  readonly #handle: FileHandle;
  readonly #position: number;
  readonly #inPlace: boolean;
  readonly #writes = new OneAtATime(() => this.#write());
  #commits = 0;

  private constructor(handle: FileHandle, position: number, inPlace: boolean) {
    this.#handle = handle;
    this.#position = position;
    this.#inPlace = inPlace;
  }

  static async begin(handle: FileHandle, head: string, inPlace: boolean): Promise<WriterMark> {
    const mark = new WriterMark(handle, head.length, inPlace);
    try {
      await handle.write(head, 0, "latin1");
      await mark.note(0);
      return mark;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /**
   * Resolves when the operating system has the count, which a killed process doesn't take with it.
   * It isn't forced to the disk, which would cost as much as a commit.
   */
  async note(commits: number): Promise<void> {
    this.#commits = Math.max(this.#commits, commits);
    await this.#writes.run();
  }

  async close(): Promise<void> {
    await this.#writes.run().catch(() => undefined);
    await this.#handle.close();
  }

  async #write(): Promise<void> {
    const count = String(this.#commits).padStart(COUNT_DIGITS, "0");
    const time = String(systemClock.nowMs()).padStart(TIME_DIGITS, "0");
    await writeAt(this.#handle, `${count} ${time}`, this.#position, this.#inPlace);
  }
}

let bootId: Promise<string> | undefined;

/** No mark of a process that was killed is believed on a system that has none. */
function readBootId(): Promise<string> {
  bootId ??= readFile(BOOT_ID_FILE, "latin1").then(
    (text) => text.trim(),
    () => `unknown-${process.pid}-${performance.timeOrigin}`,
  );
  return bootId;
}
