import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { inBackground } from "../../../kernel/work/in-background.ts";
import { nextTurn } from "../../../kernel/work/turns.ts";
import {
  type ChecksumAlgorithm,
  type ChecksumAlgorithmName,
  CRC_ENGINES,
  type Digest,
} from "./checksum-algorithm.ts";
import { INPUT_AT, INPUT_BYTES_MAX } from "./crc-module.ts";
import { DIGEST_PROGRAM } from "./digest-program.ts";
import { LANE_BYTES, LANES, LANES_AT, md5Module, STATE_AT, VECTOR_LANES } from "./md5-module.ts";

/** Shorter bodies are digested sooner than a message is there and back. */
const THREAD_BYTES_MIN = 64 * 1024;
const THREADS_MAX = 4;
const THREAD_COUNT = Math.max(1, Math.min(THREADS_MAX, availableParallelism() - 1));

/** A turn of the event loop that is shorter had nothing to read. */
const BUSY_TURN_MS = 0.1;
/** Pieces are gathered for at most so many turns: some milliseconds of a busy server. */
const GATHERING_TURNS_MAX = 8;

/** The loops of a thread's MD5s, compiled for the first of them. */
let md5Loops: WebAssembly.Module | undefined;

/** Digests of one body that are being computed. */
export interface RunningDigests {
  /** Resolves when `bytes` have been read and may be changed. */
  update(bytes: Uint8Array, isLast: boolean): Promise<void>;
  /**
   * As `finish`, but there may be nothing in the place of the MD5, which takes longest. To be
   * called after the last bytes.
   */
  allButMd5(): Promise<readonly Buffer[]>;
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

  /** With `isHurried`, `allButMd5` doesn't wait for the MD5. */
  start(algorithms: readonly ChecksumAlgorithm[], isHurried = false): RunningDigests {
    let running: RunningDigests | undefined;
    const begin = (bytes: number) =>
      bytes < THREAD_BYTES_MIN
        ? new DigestsHere(algorithms)
        : this.#beginInThread(algorithms, isHurried);
    return {
      update: (bytes, isLast) => {
        running ??= begin(bytes.byteLength);
        return running.update(bytes, isLast);
      },
      allButMd5: () => (running ??= begin(0)).allButMd5(),
      finish: () => (running ??= begin(0)).finish(),
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
  #beginInThread(algorithms: readonly ChecksumAlgorithm[], isHurried: boolean): RunningDigests {
    const [first, ...others] = algorithms;
    const wasAlone = this.#beganAlone;
    this.#beganAlone = this.#underWay === 0;
    const isAlone = wasAlone && this.#beganAlone;
    const parts =
      isAlone && first !== undefined && others.length > 0
        ? [this.#thread(0).start([first]), this.#thread(1).start(others)]
        : [this.#thread(this.#started++ % THREAD_COUNT).start(algorithms, isHurried)];
    this.#underWay++;
    return {
      update: async (bytes, isLast) => {
        await Promise.all(parts.map((part) => part.update(bytes, isLast)));
      },
      allButMd5: async () => (await Promise.all(parts.map((part) => part.allButMd5()))).flat(),
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
  #finished: readonly Buffer[] | undefined;

  constructor(algorithms: readonly ChecksumAlgorithm[]) {
    this.#digests = algorithms.map((algorithm) => algorithm.start());
  }

  async update(bytes: Uint8Array): Promise<void> {
    for (const digest of this.#digests) digest.update(bytes);
  }

  allButMd5(): Promise<readonly Buffer[]> {
    return this.finish();
  }

  async finish(): Promise<readonly Buffer[]> {
    this.#finished ??= this.#digests.map((digest) => digest.digest());
    return this.#finished;
  }
}

interface Question {
  /** The body's. */
  readonly id: number;
  readonly names: readonly ChecksumAlgorithmName[];
  readonly bytes?: Uint8Array;
  readonly isLast: boolean;
  /** That of another reply, sent as soon as all digests but the MD5 are known. */
  readonly soonNumber?: number | undefined;
}

type Digests = readonly Uint8Array[] | undefined;

/** To the question of this number; only the last one of a body gets digests. */
interface Reply {
  readonly number: number;
  readonly digests: Digests;
}

interface Waiting {
  readonly resolve: (digests: Digests) => void;
  readonly reject: (error: Error) => void;
}

class DigestThread {
  /** Why it digests no more. */
  failed: Error | undefined;
  readonly #worker = new Worker(DIGEST_PROGRAM, {
    eval: true,
    workerData: {
      engines: Object.entries(CRC_ENGINES).map(([name, { module, parameters }]) => ({
        name,
        module,
        sizeBytes: parameters.sizeBytes,
      })),
      inputAt: INPUT_AT,
      inputBytesMax: INPUT_BYTES_MAX,
      md5: {
        module: compiledMd5(),
        lanes: LANES,
        vectorLanes: VECTOR_LANES,
        stateAt: STATE_AT,
        lanesAt: LANES_AT,
        laneBytes: LANE_BYTES,
      },
    },
  });
  /** By the numbers of the questions. */
  readonly #waiting = new Map<number, Waiting>();
  /** Questions that the thread hasn't been asked yet. */
  readonly #gathered: (Question & { readonly number: number })[] = [];
  #ids = 0;
  #questions = 0;
  /** Bodies that were begun and not finished. */
  #bodies = 0;
  #isRetired = false;

  constructor() {
    this.#worker.unref();
    this.#worker.on("message", (replies: readonly Reply[]) => {
      for (const { number, digests } of replies) {
        this.#waiting.get(number)?.resolve(digests);
        this.#waiting.delete(number);
      }
    });
    const fail = (error: Error) => {
      this.failed ??= error;
      for (const { reject } of this.#waiting.values()) reject(error);
      this.#waiting.clear();
    };
    this.#worker.on("error", fail);
    this.#worker.on("exit", () => fail(new Error("A thread that digests S3 objects has ended.")));
  }

  start(algorithms: readonly ChecksumAlgorithm[], isHurried = false): RunningDigests {
    const body = { id: this.#ids++, names: algorithms.map(({ name }) => name) };
    this.#bodies += 1;
    let last: Promise<Digests> | undefined;
    let soon: Promise<Digests> | undefined;
    const end = (bytes?: Uint8Array) => {
      const soonNumber = isHurried ? this.#questions++ : undefined;
      soon = soonNumber === undefined ? undefined : this.#replyTo(soonNumber);
      // A failure is that of `last`, too.
      soon?.catch(() => undefined);
      last = this.#ask({ ...body, ...(bytes && { bytes }), isLast: true, soonNumber });
      return last;
    };
    return {
      update: async (bytes, isLast) => {
        await (isLast ? end(bytes) : this.#ask({ ...body, bytes, isLast }));
      },
      allButMd5: async () => {
        if (body.names.every((name) => name === "MD5"))
          return body.names.map(() => Buffer.alloc(0));
        const digests = await (soon ?? last ?? end());
        return (digests ?? []).map((digest) => Buffer.from(digest));
      },
      finish: async () => {
        try {
          return ((await (last ?? end())) ?? []).map((digest) => Buffer.from(digest));
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

  #ask(question: Question): Promise<Digests> {
    if (this.failed) return Promise.reject(this.failed);
    const number = this.#questions++;
    const reply = this.#replyTo(number);
    this.#gathered.push({ ...question, number });
    if (!this.#isGathering()) this.#send();
    else if (this.#gathered.length === 1) inBackground(this.#sendSoon());
    return reply;
  }

  #replyTo(number: number): Promise<Digests> {
    if (this.failed) return Promise.reject(this.failed);
    return new Promise((resolve, reject) => this.#waiting.set(number, { resolve, reject }));
  }

  #send(): void {
    if (this.#gathered.length > 0) this.#worker.postMessage(this.#gathered.splice(0));
  }

  /** Whether a piece may come whose MD5 advances beside those of the gathered ones. */
  #isGathering(): boolean {
    if (this.#bodies < 2 || this.#gathered.length >= LANES) return false;
    return new Set(this.#gathered.map(({ id }) => id)).size < this.#bodies;
  }

  /** Sends them when this thread has nothing to do: no other piece will be there soon then. */
  async #sendSoon(): Promise<void> {
    for (let turn = 0; turn < GATHERING_TURNS_MAX && this.#gathered.length > 0; turn++) {
      const sinceMs = performance.now();
      await nextTurn();
      if (turn > 0 && performance.now() - sinceMs < BUSY_TURN_MS) break;
    }
    this.#send();
  }
}

function compiledMd5(): WebAssembly.Module {
  md5Loops ??= new WebAssembly.Module(md5Module());
  return md5Loops;
}
