import { createHash, type Hash } from "node:crypto";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";

/** Shorter pieces are digested sooner than a message is there and back. */
const WORKER_BYTES_MIN = 64 * 1024;
const WORKERS_MAX = 4;

/**
 * What a worker runs: digests by number, one reply a message, in order. It stands here as text,
 * because the command is bundled into one file that has no others beside it.
 */
const WORKER_SOURCE = `
const { createHash } = require("node:crypto");
const { parentPort } = require("node:worker_threads");
const hashes = new Map();
parentPort.on("message", ({ id, bytes, end }) => {
  let hash = hashes.get(id);
  if (!hash) hashes.set(id, (hash = createHash("md5")));
  if (bytes) hash.update(bytes);
  if (end) hashes.delete(id);
  parentPort.postMessage(end ? hash.digest() : undefined);
});
`;

/** An MD5 that is being computed. */
export interface Md5 {
  /** Resolves when `bytes` have been read and may be changed. */
  update(bytes: Uint8Array): Promise<void>;
  /** To be called once, also when the result doesn't matter any more. */
  digest(): Promise<Buffer>;
}

/**
 * MD5 costs more than all else that is done for an object's bytes, and S3's ETags are MD5s. So
 * larger bodies are digested by threads beside the one that serves requests. Bytes in shared
 * memory are handed over without copying.
 */
export class Md5Workers {
  readonly #workers: Md5Worker[] = [];
  #started = 0;

  start(): Md5 {
    let inline: Hash | undefined;
    let stream: Md5 | undefined;
    return {
      update: async (bytes) => {
        if (!inline && !stream) {
          if (bytes.byteLength < WORKER_BYTES_MIN) inline = createHash("md5");
          else stream = this.#worker().start();
        }
        if (stream) await stream.update(bytes);
        else inline?.update(bytes);
      },
      digest: async () => (stream ? stream.digest() : (inline ?? createHash("md5")).digest()),
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.splice(0).map((worker) => worker.close()));
  }

  #worker(): Md5Worker {
    const count = Math.max(1, Math.min(WORKERS_MAX, availableParallelism() - 1));
    const index = this.#started++ % count;
    const existing = this.#workers[index];
    if (existing && !existing.failed) return existing;
    const worker = new Md5Worker();
    this.#workers[index] = worker;
    return worker;
  }
}

interface Waiting {
  readonly resolve: (digest: Uint8Array | undefined) => void;
  readonly reject: (error: Error) => void;
}

class Md5Worker {
  /** Why it digests no more. */
  failed: Error | undefined;
  readonly #worker = new Worker(WORKER_SOURCE, { eval: true });
  readonly #waiting: Waiting[] = [];
  #ids = 0;

  constructor() {
    this.#worker.unref();
    this.#worker.on("message", (digest: Uint8Array | undefined) => {
      this.#waiting.shift()?.resolve(digest);
    });
    const fail = (error: Error) => {
      this.failed ??= error;
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    };
    this.#worker.on("error", fail);
    this.#worker.on("exit", () => fail(new Error("A thread that digests S3 objects has ended.")));
  }

  start(): Md5 {
    const id = this.#ids++;
    return {
      update: async (bytes) => void (await this.#ask({ id, bytes })),
      digest: async () => Buffer.from((await this.#ask({ id, end: true })) ?? []),
    };
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #ask(message: object): Promise<Uint8Array | undefined> {
    if (this.failed) return Promise.reject(this.failed);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage(message);
    });
  }
}
