import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import {
  type ChecksumAlgorithm,
  type ChecksumAlgorithmName,
  CRC_ENGINES,
  type Digest,
} from "./checksum-algorithm.ts";
import { INPUT_AT, INPUT_BYTES_MAX } from "./crc-module.ts";

/** Shorter bodies are digested sooner than a message is there and back. */
const THREAD_BYTES_MIN = 64 * 1024;
const THREADS_MAX = 4;
const THREAD_COUNT = Math.max(1, Math.min(THREADS_MAX, availableParallelism() - 1));

/**
 * The program of a thread: a body's digests by number, one reply a message, in order. It stands
 * here as text, because the command is bundled into one file that has no others beside it.
 */
const THREAD_SOURCE = `
const { createHash } = require("node:crypto");
const { crc32 } = require("node:zlib");
const { parentPort, workerData: { engines, inputAt, inputBytesMax } } = require("node:worker_threads");
const crcs = new Map(engines.map(({ name, module, sizeBytes }) => {
  const { memory, update } = new WebAssembly.Instance(module).exports;
  const input = Buffer.from(memory.buffer, inputAt, inputBytesMax);
  return [name, { input, update, sizeBytes, ones: (1n << BigInt(sizeBytes * 8)) - 1n }];
}));
const startCrc = ({ input, update, sizeBytes, ones }) => {
  let state = BigInt.asIntN(64, ones);
  return {
    update(bytes) {
      for (let at = 0; at < bytes.byteLength; at += inputBytesMax) {
        const piece = bytes.subarray(at, at + inputBytesMax);
        // From shared memory, set() copies word by word; this is a memcpy.
        input.fill(piece, 0, piece.byteLength);
        state = update(state, inputAt, inputAt + piece.byteLength);
      }
    },
    digest() {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64BE(BigInt.asUintN(64, state) ^ ones);
      return bytes.subarray(8 - sizeBytes);
    },
  };
};
const startCrc32 = () => {
  let crc = 0;
  return {
    update: (bytes) => { crc = crc32(bytes, crc); },
    digest() {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(crc);
      return bytes;
    },
  };
};
const start = (name) =>
  crcs.has(name) ? startCrc(crcs.get(name)) : name === "CRC32" ? startCrc32() : createHash(name);
const bodies = new Map();
parentPort.on("message", ({ id, names, bytes, isLast }) => {
  const digests = bodies.get(id) ?? names.map(start);
  if (bytes) for (const digest of digests) digest.update(bytes);
  if (isLast) bodies.delete(id);
  else bodies.set(id, digests);
  parentPort.postMessage(isLast ? digests.map((digest) => Uint8Array.from(digest.digest())) : undefined);
});
`;

/** Digests of one body that are being computed. */
export interface RunningDigests {
  /** Resolves when `bytes` have been read and may be changed. */
  update(bytes: Uint8Array, isLast: boolean): Promise<void>;
  /** In the order that was asked for. To be called also when the result doesn't matter any more. */
  finish(): Promise<readonly Buffer[]>;
}

/**
 * Digests cost more than all else that is done for an object's bytes, and S3 wants two of most: an
 * MD5 for the ETag and a checksum. So larger bodies are digested by threads beside the one that
 * serves requests. Bytes in shared memory are handed over without copying.
 */
export class DigestThreads {
  readonly #threads: DigestThread[] = [];
  #started = 0;
  #underWay = 0;
  /** Nothing was under way when the body before began. */
  #beganAlone = true;

  start(algorithms: readonly ChecksumAlgorithm[]): RunningDigests {
    let running: RunningDigests | undefined;
    const begin = (bytes: number) =>
      bytes < THREAD_BYTES_MIN ? new DigestsHere(algorithms) : this.#beginInThread(algorithms);
    return {
      update: (bytes, isLast) => {
        running ??= begin(bytes.byteLength);
        return running.update(bytes, isLast);
      },
      finish: () => (running ?? begin(0)).finish(),
    };
  }

  /**
   * Ends the threads, each once it is through with the bodies that it has: a reset closes this
   * while uploads go on, and digests that fail would be an internal error of theirs. The next body
   * gets new threads.
   */
  async close(): Promise<void> {
    await Promise.all(this.#threads.splice(0).map((thread) => thread.retire()));
  }

  /**
   * With bodies beside it, each stays in one thread: there is no processor left to gain. A body by
   * itself is waited for by its client alone, so the first digest, of MD5, the slowest, gets a
   * thread and the others another. Many connections come in waves: the first body of one isn't
   * alone for long, which is why the body before must have been alone too.
   */
  #beginInThread(algorithms: readonly ChecksumAlgorithm[]): RunningDigests {
    const [first, ...others] = algorithms;
    const wasAlone = this.#beganAlone;
    this.#beganAlone = this.#underWay === 0;
    const isAlone = wasAlone && this.#beganAlone;
    const parts =
      isAlone && first !== undefined && others.length > 0
        ? [this.#thread(0).start([first]), this.#thread(1).start(others)]
        : [this.#thread(this.#started++ % THREAD_COUNT).start(algorithms)];
    this.#underWay++;
    return {
      update: async (bytes, isLast) => {
        await Promise.all(parts.map((part) => part.update(bytes, isLast)));
      },
      finish: async () => {
        try {
          return (await Promise.all(parts.map((part) => part.finish()))).flat();
        } finally {
          this.#underWay--;
        }
      },
    };
  }

  #thread(index: number): DigestThread {
    const existing = this.#threads[index];
    if (existing && !existing.failed) return existing;
    const thread = new DigestThread();
    this.#threads[index] = thread;
    return thread;
  }
}

class DigestsHere implements RunningDigests {
  readonly #digests: readonly Digest[];

  constructor(algorithms: readonly ChecksumAlgorithm[]) {
    this.#digests = algorithms.map((algorithm) => algorithm.start());
  }

  async update(bytes: Uint8Array): Promise<void> {
    for (const digest of this.#digests) digest.update(bytes);
  }

  async finish(): Promise<readonly Buffer[]> {
    return this.#digests.map((digest) => digest.digest());
  }
}

interface Question {
  readonly id: number;
  readonly names: readonly ChecksumAlgorithmName[];
  readonly bytes?: Uint8Array;
  readonly isLast: boolean;
}

type Reply = readonly Uint8Array[] | undefined;

interface Waiting {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

class DigestThread {
  /** Why it digests no more. */
  failed: Error | undefined;
  readonly #worker = new Worker(THREAD_SOURCE, {
    eval: true,
    workerData: {
      engines: Object.entries(CRC_ENGINES).map(([name, { module, parameters }]) => ({
        name,
        module,
        sizeBytes: parameters.sizeBytes,
      })),
      inputAt: INPUT_AT,
      inputBytesMax: INPUT_BYTES_MAX,
    },
  });
  readonly #waiting: Waiting[] = [];
  #ids = 0;
  /** Bodies that were begun and not finished. */
  #bodies = 0;
  #isRetired = false;

  constructor() {
    this.#worker.unref();
    this.#worker.on("message", (reply: Reply) => {
      this.#waiting.shift()?.resolve(reply);
    });
    const fail = (error: Error) => {
      this.failed ??= error;
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    };
    this.#worker.on("error", fail);
    this.#worker.on("exit", () => fail(new Error("A thread that digests S3 objects has ended.")));
  }

  start(algorithms: readonly ChecksumAlgorithm[]): RunningDigests {
    const body = { id: this.#ids++, names: algorithms.map(({ name }) => name) };
    this.#bodies += 1;
    let last: Promise<Reply> | undefined;
    return {
      update: async (bytes, isLast) => {
        const reply = this.#ask({ ...body, bytes, isLast });
        if (isLast) last = reply;
        await reply;
      },
      finish: async () => {
        last ??= this.#ask({ ...body, isLast: true });
        try {
          return ((await last) ?? []).map((digest) => Buffer.from(digest));
        } finally {
          this.#bodies -= 1;
          if (this.#isRetired) await this.retire();
        }
      },
    };
  }

  async retire(): Promise<void> {
    this.#isRetired = true;
    if (this.#bodies === 0) await this.#worker.terminate();
  }

  #ask(question: Question): Promise<Reply> {
    if (this.failed) return Promise.reject(this.failed);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage(question);
    });
  }
}
