import { createRequire } from "node:module";
import { extname } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { AwsError } from "../aws-error.ts";
import type { Log } from "../ports/log.ts";
import { inBackground } from "./in-background.ts";
import type { Outcome } from "./thread-program.ts";
import { after, type CallOff } from "./timers.ts";

/** The time to load a program, even on a busy machine. */
const START_PATIENCE_MS = 20_000;
/** A thread that is idle for so long ends and frees its memory. */
const IDLE_MS = 60_000;
const WAITING_MAX = 64;
/** The most questions of one asker that wait, so that one can't block all others. */
const WAITING_PER_ASKER_MAX = 16;
const LIMITS = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 };

/** No thread answers, for one of these reasons. */
export class ThreadError extends Error {
  override readonly name = "ThreadError";
  readonly reason: "busy" | "too-much" | "closed";

  constructor(reason: ThreadError["reason"]) {
    super(reason === "closed" ? "The server ends." : `No thread answers: ${reason}.`);
    this.reason = reason;
  }
}

export interface ThreadsOptions {
  /** The program's module without its extension: `new URL("./x-thread", import.meta.url)`. */
  readonly program: URL;
  /** Names the questions in the log: `a SAML response`. */
  readonly what: string;
  /** How long one question may take. */
  readonly deadlineMs: number;
  /** The most threads. */
  readonly count?: number;
}

interface Job<Question, Answer> {
  readonly question: Question;
  readonly asker: string;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Threads for what a caller can make take long: it must not delay other requests. They start with
 * the first questions, and one ends when its question takes too long or too much memory; the next
 * question gets another.
 */
export class Threads<Question, Answer> {
  readonly #options: ThreadsOptions;
  readonly #log: Log;
  readonly #waiting: Job<Question, Answer>[] = [];
  readonly #running = new Set<RunningThread<Question, Answer>>();

  constructor(options: ThreadsOptions, log: Log) {
    this.#options = options;
    this.#log = log;
  }

  /**
   * The program's answer. `asker` is what may not take all places: an address, an account.
   * Rejects with ThreadError, and with the program's AwsError.
   */
  ask(question: Question, asker: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const ofAsker = this.#waiting.filter((job) => job.asker === asker).length;
      if (this.#waiting.length >= WAITING_MAX || ofAsker >= WAITING_PER_ASKER_MAX)
        throw new ThreadError("busy");
      this.#waiting.push({ question, asker, resolve, reject });
      this.#next();
    });
  }

  async close(): Promise<void> {
    const closed = new ThreadError("closed");
    for (const job of this.#waiting.splice(0)) job.reject(closed);
    await Promise.all([...this.#running].map((thread) => this.#end(thread, closed)));
  }

  #next(): void {
    for (const thread of this.#running) {
      if (!thread.isIdle) continue;
      const job = this.#waiting.shift();
      if (job) thread.begin(job, this.#options.deadlineMs);
      else thread.rest(() => inBackground(this.#end(thread, undefined)));
    }
    const starting = [...this.#running].filter(({ isReady }) => !isReady).length;
    if (this.#waiting.length > starting && this.#running.size < (this.#options.count ?? 1))
      this.#start();
  }

  #start(): void {
    const thread: RunningThread<Question, Answer> = new RunningThread(
      this.#options.program,
      () => this.#next(),
      (reason) => this.#fail(thread, reason),
    );
    this.#running.add(thread);
  }

  /** Gives up the question that is being answered, or the first one that waits for a thread. */
  #fail(thread: RunningThread<Question, Answer>, reason: string): void {
    if (!this.#running.delete(thread)) return;
    const job = thread.leave() ?? this.#waiting.shift();
    this.#log.warn({ reason, asker: job?.asker }, `${this.#options.what} could not be worked on`);
    job?.reject(new ThreadError("too-much"));
    this.#next();
  }

  async #end(
    thread: RunningThread<Question, Answer>,
    error: ThreadError | undefined,
  ): Promise<void> {
    this.#running.delete(thread);
    const job = thread.leave();
    if (error) job?.reject(error);
    await thread.ended;
  }
}

class RunningThread<Question, Answer> {
  readonly #worker: Worker;
  readonly #fail: (reason: string) => void;
  #job: Job<Question, Answer> | undefined;
  #callOff: CallOff | undefined;
  #isReady = false;
  #ended: Promise<unknown> | undefined;

  constructor(program: URL, next: () => void, fail: (reason: string) => void) {
    this.#fail = fail;
    this.#worker = startWorker(program);
    this.#worker.unref();
    this.#worker.on("message", (message: "ready" | Outcome<Answer>) => {
      if (message === "ready") this.#isReady = true;
      else this.#answered(message);
      this.#callOff?.();
      next();
    });
    this.#worker.on("error", (error) => fail(error.message));
    this.#worker.on("exit", () => fail("its thread ended"));
    this.#after(START_PATIENCE_MS, () => fail("its thread didn't start"));
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  get isIdle(): boolean {
    return this.#isReady && this.#job === undefined;
  }

  get ended(): Promise<unknown> {
    this.#ended ??= this.#worker.terminate();
    return this.#ended;
  }

  begin(job: Job<Question, Answer>, deadlineMs: number): void {
    this.#job = job;
    this.#worker.postMessage(job.question);
    this.#after(deadlineMs, () => this.#fail("it took too long"));
  }

  rest(end: () => void): void {
    this.#after(IDLE_MS, end);
  }

  /** Ends the thread; gives the job that it had. */
  leave(): Job<Question, Answer> | undefined {
    this.#callOff?.();
    inBackground(this.ended);
    const job = this.#job;
    this.#job = undefined;
    return job;
  }

  #answered(outcome: Outcome<Answer>): void {
    const job = this.#job;
    this.#job = undefined;
    if ("answer" in outcome) job?.resolve(outcome.answer);
    else {
      const { code, message, ...options } = outcome.refusal;
      job?.reject(new AwsError(code, message, options));
    }
  }

  #after(ms: number, then: () => void): void {
    this.#callOff?.();
    this.#callOff = after(ms, then);
  }
}

/** It reads strangers' input, so it gets none of the environment's secrets. */
function startWorker({ href }: URL): Worker {
  const options = { resourceLimits: LIMITS, env: {} };
  const isSource = extname(new URL(import.meta.url).pathname) === ".ts";
  return isSource
    ? new Worker(sourceProgram(`${href}.ts`), { ...options, eval: true })
    : new Worker(new URL(`${href}.cjs`), options);
}

/** Sources need the project's loader, which runs in threads only on request. */
function sourceProgram(program: string): string {
  const { resolve } = createRequire(import.meta.url);
  // require() gets the loader's CommonJS form, which can't be imported; the module is beside it.
  const loader = pathToFileURL(resolve("tsx/esm/api").replace(/\.cjs$/, ".mjs")).href;
  const [from, module] = [loader, program].map((each) => JSON.stringify(each));
  return `import(${from}).then(({ tsImport }) => tsImport(${module}, ${module}))`;
}
