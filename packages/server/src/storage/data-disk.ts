import { randomFill } from "node:crypto";
import { open, rename, rm, stat, statfs } from "node:fs/promises";
import { promisify } from "node:util";
import { pathBelow } from "../kernel/files/path-below.ts";
import { syncFolder } from "../kernel/files/write-durably.ts";
import { DiskFullError, type DiskSpace, isDiskFull } from "../kernel/ports/disk-space.ts";
import type { Log } from "../kernel/ports/log.ts";
import { Periodic } from "../kernel/work/periodic.ts";

const MIB = 1024 ** 2;

/** The time between two checks of the disk. This process's own writes are counted in between. */
const LOOK_INTERVAL_MS = 1_000;

/** The default low-water mark: a twentieth of the disk within these bounds. */
const LOW_WATER_SHARE = 1 / 20;
const LOW_WATER_MIN_BYTES = 8 * MIB;
const LOW_WATER_MAX_BYTES = 256 * MIB;
/** The largest share of a small disk. */
const LOW_WATER_SHARE_MAX = 1 / 4;

/** Files that can still be created when bodies are refused, on disks that count them. */
const LOW_WATER_FILES = 256;
const LOW_WATER_FILES_SHARE = 1 / 20;

/** The reserve's share of the low-water mark: more than SQLite's log grows before it is reused. */
const RESERVE_SHARE = 1 / 4;
const RESERVE_MIN_BYTES = MIB;
const RESERVE_MAX_BYTES = 32 * MIB;
const RESERVE_STEP_BYTES = MIB;

/** A file in the data folder that snapshots leave out. */
const RESERVE_FILE = "disk.reserve";

const fillRandomly = promisify<Uint8Array, Uint8Array>(randomFill);

/** The members of statfs(2)'s answer that count here. */
export interface DiskFacts {
  readonly bsize: number;
  readonly blocks: number;
  readonly bavail: number;
  /** The disk's limit of files; 0 if it doesn't count them. */
  readonly files: number;
  readonly ffree: number;
}

export interface DataDiskOptions {
  readonly dir: string;
  /** The setting; undefined derives it from the size of the disk. */
  readonly lowWaterBytes: number | undefined;
  /** Keep a file to be freed on a full disk. */
  readonly reserve: boolean;
  readonly log: Log;
  /** For tests. */
  readonly look?: (dir: string) => Promise<DiskFacts>;
}

/** The disk of the data folder, checked once a second. */
export class DataDisk implements DiskSpace {
  readonly #options: DataDiskOptions;
  readonly #reserveFile: string;
  readonly #looks: Periodic;
  #looking: Promise<void> | undefined;
  #reserving: Promise<void> | undefined;
  #freeing: Promise<void> | undefined;
  #freeBytes = Number.POSITIVE_INFINITY;
  #hasFiles = true;
  #lowWaterBytes = 0;
  #reserveBytes = 0;
  #isReserved = false;
  #isLow = false;
  /** Since the last look began. */
  #writtenBytes = 0;

  private constructor(options: DataDiskOptions) {
    this.#options = options;
    this.#reserveFile = pathBelow(options.dir, RESERVE_FILE);
    this.#looks = new Periodic({
      everyMs: LOOK_INTERVAL_MS,
      round: () => this.#tick(),
      failed: (err) => options.log.error({ err }, "The disk could not be looked at."),
    });
  }

  /** Opens it; on a full disk the reserve is freed first, so that a server can start. */
  static async open(options: DataDiskOptions): Promise<DataDisk> {
    const disk = new DataDisk(options);
    await disk.#look();
    await disk.#findReserve();
    if (disk.#freeBytes < disk.#reserveBytes) await disk.makeRoom();
    disk.#looks.start();
    return disk;
  }

  get lowWaterBytes(): number {
    return this.#lowWaterBytes;
  }

  /** For `/_rolecast/health`. */
  get facts(): Readonly<Record<string, number>> {
    if (this.#freeBytes === Number.POSITIVE_INFINITY) return {};
    return {
      freeBytes: Math.max(0, this.#freeBytes - this.#writtenBytes),
      lowWaterBytes: this.#lowWaterBytes,
      reservedBytes: this.#isReserved ? this.#reserveBytes : 0,
      takesBodies: this.#hasRoom(0) ? 1 : 0,
    };
  }

  admit(bytes: number): Promise<void> | undefined {
    return this.#hasRoom(bytes) ? undefined : this.#admitAfterLook(bytes);
  }

  wrote(bytes: number): void {
    this.#writtenBytes += bytes;
  }

  async makeRoom(): Promise<void> {
    this.#freeing ??= this.#freeReserve().finally(() => {
      this.#freeing = undefined;
    });
    await this.#freeing;
  }

  async close(): Promise<void> {
    await this.#looks.close();
    await this.#looking;
    await this.#reserving;
  }

  async #freeReserve(): Promise<void> {
    await this.#reserving;
    if (!this.#isReserved) return;
    await rm(this.#reserveFile, { force: true });
    this.#isReserved = false;
    this.#options.log.error({ freedBytes: this.#reserveBytes }, "The disk is full: make room.");
    await this.#look();
  }

  #hasRoom(bytes: number): boolean {
    const left = this.#freeBytes - this.#writtenBytes - bytes;
    return this.#hasFiles && left >= this.#lowWaterBytes;
  }

  /** Checks again before it refuses: room may have been made a moment ago. */
  async #admitAfterLook(bytes: number): Promise<void> {
    // The check in progress may have begun before that.
    await this.#looking;
    await this.#look();
    if (this.#hasRoom(bytes)) return;
    const { freeBytes = 0 } = this.facts;
    throw new DiskFullError(
      `Rolecast's disk is nearly full: ${mebibytes(freeBytes)} are free where its data folder is, and ${mebibytes(this.#lowWaterBytes)} are kept for everything but bodies (diskLowWaterBytes). Delete objects or make room, then try again.`,
    );
  }

  async #tick(): Promise<void> {
    await this.#look();
    const isLow = !this.#hasRoom(0);
    if (isLow !== this.#isLow) {
      this.#isLow = isLow;
      const { log } = this.#options;
      if (isLow) log.error(this.facts, "The disk is nearly full: bodies are refused.");
      else log.warn(this.facts, "The disk has room again: bodies are taken.");
    }
    if (this.#options.reserve && !this.#isReserved && this.#hasRoom(this.#reserveBytes))
      this.#reserving ??= this.#makeReserve().finally(() => {
        this.#reserving = undefined;
      });
  }

  /** Checks the disk, or joins the check in progress. */
  #look(): Promise<void> {
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #lookOnce(): Promise<void> {
    const { dir, look = statfs } = this.#options;
    const writtenBefore = this.#writtenBytes;
    let facts: DiskFacts;
    try {
      facts = await look(dir);
    } catch {
      // Writes there fail with the reason; until then the last look counts.
      return;
    }
    this.#writtenBytes -= writtenBefore;
    const { bsize, blocks, bavail, files, ffree } = facts;
    const totalBytes = blocks * bsize;
    // Some file systems report no sizes.
    if (totalBytes === 0) return;
    this.#freeBytes = bavail * bsize;
    this.#hasFiles =
      files === 0 || ffree >= Math.min(LOW_WATER_FILES, files * LOW_WATER_FILES_SHARE);
    this.#lowWaterBytes = this.#options.lowWaterBytes ?? lowWaterOf(totalBytes);
    this.#reserveBytes = reserveOf(this.#lowWaterBytes);
  }

  async #findReserve(): Promise<void> {
    await rm(`${this.#reserveFile}.new`, { force: true });
    if (!this.#options.reserve) return;
    const found = await stat(this.#reserveFile).catch(() => undefined);
    this.#isReserved = found?.isFile() === true && found.size >= this.#reserveBytes;
    // It was cut, or made for a smaller disk: what it takes may be what a start lacks.
    if (found?.isFile() && !this.#isReserved) await rm(this.#reserveFile, { force: true });
  }

  /** Fills the reserve with bytes that no file system compresses. */
  async #makeReserve(): Promise<void> {
    const made = `${this.#reserveFile}.new`;
    try {
      const handle = await open(made, "w", 0o600);
      try {
        const step = await fillRandomly(new Uint8Array(RESERVE_STEP_BYTES));
        for (let at = 0; at < this.#reserveBytes; at += RESERVE_STEP_BYTES)
          await handle.appendFile(step);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(made, this.#reserveFile);
      await syncFolder(this.#options.dir);
      this.#isReserved = true;
    } catch (error) {
      await rm(made, { force: true }).catch(() => {});
      if (!isDiskFull(error))
        this.#options.log.warn({ err: error }, "No room could be kept for a full disk.");
    }
  }
}

function lowWaterOf(totalBytes: number): number {
  const share = Math.max(LOW_WATER_MIN_BYTES, totalBytes * LOW_WATER_SHARE);
  return Math.floor(Math.min(share, LOW_WATER_MAX_BYTES, totalBytes * LOW_WATER_SHARE_MAX));
}

function reserveOf(lowWaterBytes: number): number {
  const share = Math.floor(lowWaterBytes * RESERVE_SHARE);
  return Math.min(Math.max(share, RESERVE_MIN_BYTES), RESERVE_MAX_BYTES);
}

function mebibytes(bytes: number): string {
  return `${Math.floor(bytes / MIB)} MiB`;
}
