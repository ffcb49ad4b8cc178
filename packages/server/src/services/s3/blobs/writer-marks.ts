import { type FileHandle, mkdir, open, readFile, rm, stat } from "node:fs/promises";
import { pathBelow } from "../../../kernel/path-below.ts";
import { SharedSync } from "../../../kernel/shared-sync.ts";
import { makeFolderDurably, writeDurably } from "../../../kernel/write-durably.ts";

/** Below the data folder. */
export const MARKS_FOLDER = "s3-writers";

/** Another one after each start of the machine. Source: random(4). */
const BOOT_ID_FILE = "/proc/sys/kernel/random/boot_id";
const COUNT_DIGITS = 16;

/** `open <boot id> <the file's inode> <commits>`, or `ended <commits>`. */
const OPEN = /^open (\S+) (\d+) (\d+)$/;
const ENDED = /^ended (\d+)$/;

/** What a writer's mark proves. */
export interface MarkedCommits {
  /** As many commits of the writer were acknowledged, or more when it hasn't ended by itself. */
  readonly commits: number;
  /** The writer ended and said so: nothing is missing, wherever the file is read. */
  readonly ended: boolean;
}

/**
 * How many commits of each writer have been acknowledged, in files beside the blobs and outside of
 * the database. A database that counts fewer is an older copy, and doesn't know all of the writer's
 * blobs.
 */
export class WriterMarks {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Makes the mark of a new writer. */
  async begin(prefix: string): Promise<WriterMark> {
    await mkdir(this.#dir, { recursive: true, mode: 0o700 });
    const handle = await open(this.#file(prefix), "wx", 0o600);
    const { ino } = await handle.stat({ bigint: true });
    return WriterMark.begin(handle, `open ${await readBootId()} ${ino} `);
  }

  /** The writer has ended, with so many commits. Survives a power cut. */
  async end(prefix: string, commits: number): Promise<void> {
    await makeFolderDurably(this.#dir);
    await writeDurably(this.#file(prefix), `ended ${commits}`, { ifExists: "replace" });
  }

  /**
   * Undefined where nothing is proven. An open mark isn't forced to the disk: it is believed only on
   * the machine's same boot, and only where the writer itself wrote it, not in a copy.
   */
  async read(prefix: string): Promise<MarkedCommits | undefined> {
    let text: string;
    let ino: bigint;
    try {
      text = await readFile(this.#file(prefix), "latin1");
      ({ ino } = await stat(this.#file(prefix), { bigint: true }));
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
      throw error;
    }
    const [, ended] = ENDED.exec(text) ?? [];
    if (ended !== undefined) return { commits: Number(ended), ended: true };
    const [, bootId, inode, commits] = OPEN.exec(text) ?? [];
    if (commits === undefined || inode !== String(ino)) return undefined;
    return bootId === (await readBootId()) ? { commits: Number(commits), ended: false } : undefined;
  }

  /** For writers of which nothing is left. */
  async remove(prefix: string): Promise<void> {
    await rm(this.#file(prefix), { force: true });
  }

  async clear(): Promise<void> {
    await rm(this.#dir, { recursive: true, force: true });
  }

  #file(prefix: string): string {
    return pathBelow(this.#dir, prefix);
  }
}

/** The mark of a writer of this process. */
export class WriterMark {
  readonly #handle: FileHandle;
  readonly #position: number;
  readonly #written = new SharedSync(() => this.#write());
  #commits = 0;

  private constructor(handle: FileHandle, position: number) {
    this.#handle = handle;
    this.#position = position;
  }

  static async begin(handle: FileHandle, head: string): Promise<WriterMark> {
    const mark = new WriterMark(handle, head.length);
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
    await this.#written.sync();
  }

  async close(): Promise<void> {
    await this.#written.sync().catch(() => undefined);
    await this.#handle.close();
  }

  async #write(): Promise<void> {
    const count = String(this.#commits).padStart(COUNT_DIGITS, "0");
    const { bytesWritten } = await this.#handle.write(count, this.#position, "latin1");
    if (bytesWritten !== COUNT_DIGITS) throw new Error("A writer's mark was written in part only.");
  }
}

let bootId: Promise<string> | undefined;

/** Where the system has none, no mark of a process that was killed is believed. */
function readBootId(): Promise<string> {
  bootId ??= readFile(BOOT_ID_FILE, "latin1").then(
    (text) => text.trim(),
    () => `unknown-${process.pid}-${performance.timeOrigin}`,
  );
  return bootId;
}
