import { close, open, write, writeSync } from "node:fs";

/**
 * A file that grows. Whatever the file system does meanwhile, the thread that serves requests goes
 * on. Callbacks rather than `node:fs/promises`, whose every step costs as much again.
 */
export class AppendedFile {
  readonly #opened: Promise<number>;
  readonly #inPlace: boolean;
  #last: Promise<unknown>;

  /**
   * Makes `path`, for its owner alone, if it isn't there; `folder` resolves when its folder is.
   * `inPlace`: the serving thread writes itself, without the two changes of threads, which take
   * longer than the write. For where it works on files of the same folder anyway.
   */
  constructor(path: string, folder: Promise<void>, inPlace = false) {
    this.#opened = folder.then(() => openForAppending(path));
    this.#inPlace = inPlace;
    this.#last = this.#opened;
  }

  /** Resolves when the operating system has `text`, which then outlives the process. */
  append(text: string): Promise<void> {
    const appended = this.#last.then(async () => {
      const descriptor = await this.#opened;
      // The system takes it whole but for a disk that gets full, or a write that is interrupted.
      let written = this.#inPlace ? writeSync(descriptor, text) : 0;
      if (written === Buffer.byteLength(text)) return;
      const bytes = Buffer.from(text);
      while (written < bytes.length) {
        const rest = bytes.subarray(written);
        written += this.#inPlace ? writeSync(descriptor, rest) : await writeSome(descriptor, rest);
      }
    });
    this.#last = appended;
    return appended;
  }

  /** Closes it after everything that was appended before. */
  async close(): Promise<void> {
    await Promise.allSettled([this.#last]);
    const descriptor = await this.#opened;
    await new Promise<void>((resolve, reject) => {
      close(descriptor, (error) => (error ? reject(error) : resolve()));
    });
  }
}

function openForAppending(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    open(path, "a", 0o600, (error, descriptor) => (error ? reject(error) : resolve(descriptor)));
  });
}

function writeSome(descriptor: number, bytes: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    write(descriptor, bytes, (error, written) => (error ? reject(error) : resolve(written)));
  });
}
