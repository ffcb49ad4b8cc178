import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

export interface SpillOptions {
  /** Emptied at the engine's start: what a process left behind when it died is lost. */
  readonly folder: string;
  /** Over all recordings. */
  readonly bytesMax: number;
}

/** Puts a file's bytes on the disk. */
type Write = (file: string, body: readonly Buffer[]) => Promise<void>;

const writePrivately: Write = (file, body) => writeFile(file, body, { mode: 0o600 });

/** The disk as a place to wait for recorded files whose host is slow. */
export class SpillFolder {
  readonly #options: SpillOptions;
  readonly #write: Write;
  #bytes = 0;
  #nextNumber = 0;

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
  }

  async close(): Promise<void> {
    await rm(this.#options.folder, { recursive: true, force: true });
  }

  /** Undefined when the bound is reached. */
  keep(body: readonly Buffer[], length: number): SpilledBody | undefined {
    const { folder, bytesMax } = this.#options;
    if (this.#bytes + length > bytesMax) {
      return undefined;
    }
    this.#bytes += length;
    this.#nextNumber += 1;
    const file = join(folder, `${this.#nextNumber}.ts`);
    return new SpilledBody(file, this.#write(file, body), () => {
      this.#bytes -= length;
    });
  }
}

/** Bytes on the disk. */
export class SpilledBody {
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
