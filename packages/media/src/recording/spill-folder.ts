import { mkdir, readFile, rm, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SegmentShelf } from "../hls/segment-shelf.ts";
import type { SpillOptions } from "../port/options.ts";
import { inBackground } from "../runtime/in-background.ts";
import type { DiskRoom } from "./kept-file.ts";
import { KeptRecordings } from "./kept-recordings.ts";
import { SegmentKeeper } from "./segment-keeper.ts";

/** Between two looks at the disk; what is kept meanwhile is counted. */
const LOOK_INTERVAL_MS = 1_000;

/** A file's bytes where they wait on the disk. */
export interface WaitingBody {
  readonly failure: Promise<string | undefined>;
  read(): Promise<Buffer>;
  remove(): Promise<void>;
}

/** Puts a file's bytes on the disk. */
type Write = (file: string, body: readonly Buffer[]) => Promise<void>;

const writePrivately: Write = (file, body) => writeFile(file, body, { mode: 0o600 });

/** The disk as a place to wait for recorded files whose host is slow. */
export class SpillFolder implements DiskRoom {
  readonly #options: SpillOptions;
  readonly #write: Write;
  #bytes = 0;
  #reservedBytes = 0;
  #nextNumber = 0;
  #freeBytes = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SpillOptions, write: Write = writePrivately) {
    this.#options = options;
    this.#write = write;
  }

  /** Bytes that are, or are being, kept. */
  get bytes(): number {
    return this.#bytes;
  }

  async open(): Promise<void> {
    await this.close();
    await mkdir(this.#options.folder, { recursive: true, mode: 0o700 });
    if (this.#options.freeBytesMin === undefined) return;
    await this.#look();
    this.#timer = setInterval(() => inBackground(this.#look()), LOOK_INTERVAL_MS);
    this.#timer.unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await rm(this.#options.folder, { recursive: true, force: true });
  }

  /** A keeper for the segments of a stream's recording; undefined where none are kept. */
  keeperOf(streamId: string): SegmentKeeper | undefined {
    const { segments } = this.#options;
    if (segments === undefined) {
      return undefined;
    }
    return new SegmentKeeper(new KeptRecordings(segments).folderOf(streamId), this);
  }

  /** A shelf for live segments, on the same disk as long as that isn't nearly full. */
  shelf(segmentBytesMax: number): SegmentShelf {
    const { folder, freeBytesMin = 0 } = this.#options;
    const hasRoom = (bytes: number): boolean => this.#freeBytes - bytes >= freeBytesMin;
    return new SegmentShelf({ file: join(folder, "live"), segmentBytesMax, hasRoom });
  }

  /** Room for bytes that are kept elsewhere, of the same bound; false when there is none. */
  reserve(bytes: number): boolean {
    if (!this.#fits(bytes)) {
      return false;
    }
    this.#reservedBytes += bytes;
    this.#freeBytes -= bytes;
    return true;
  }

  release(bytes: number): void {
    this.#reservedBytes -= bytes;
  }

  /** Undefined when the bound is reached, or the disk is nearly full. */
  keep(body: readonly Buffer[], length: number): SpilledBody | undefined {
    const { folder } = this.#options;
    if (!this.#fits(length)) {
      return undefined;
    }
    this.#bytes += length;
    this.#freeBytes -= length;
    this.#nextNumber += 1;
    const file = join(folder, `${this.#nextNumber}.ts`);
    return new SpilledBody(file, this.#write(file, body), () => {
      this.#bytes -= length;
    });
  }

  #fits(bytes: number): boolean {
    const { bytesMax, freeBytesMin = 0 } = this.#options;
    const kept = this.#bytes + this.#reservedBytes;
    return kept + bytes <= bytesMax && this.#freeBytes - bytes >= freeBytesMin;
  }

  /** The last look counts while the disk can't be looked at; a full disk fails the writes. */
  async #look(): Promise<void> {
    const facts = await statfs(this.#options.folder).catch(() => undefined);
    if (facts && facts.blocks > 0) this.#freeBytes = facts.bavail * facts.bsize;
  }
}

/** Bytes on the disk. */
export class SpilledBody implements WaitingBody {
  /** Resolves to undefined, or to why they aren't there: the disk is full. */
  readonly failure: Promise<string | undefined>;
  readonly #file: string;
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
    return readFile(this.#file);
  }

  /** Also after a failure, which may have left a part of them. */
  async remove(): Promise<void> {
    await this.failure;
    await rm(this.#file, { force: true });
    this.#removed();
  }
}
