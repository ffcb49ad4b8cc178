import { createRequire } from "node:module";
import { extname } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { AwsError } from "../../kernel/aws-error.ts";
import type { Log } from "../../kernel/ports/log.ts";
import { after, type CallOff } from "../../kernel/work/timers.ts";
import { invalidIdentityToken, throttling } from "./errors.ts";
import type { SamlIdentity, SamlRequest } from "./saml-identity.ts";

/** A thread's answer to a response. */
export type VerifiedSaml =
  | { readonly identity: SamlIdentity }
  | {
      readonly refusal: {
        readonly code: string;
        readonly message: string;
        readonly status: number;
      };
    };

/** The largest accepted response takes about a tenth of a second. */
const DEADLINE_MS = 5_000;
/** The time to load the libraries, even on a busy machine. */
const START_PATIENCE_MS = 20_000;
/** A thread that is idle for so long ends and frees its memory. */
const IDLE_MS = 60_000;
const WAITING_MAX = 64;
/** The most responses of one address that wait, so that a stranger can't block all others. */
const WAITING_PER_ADDRESS_MAX = 16;
const THREAD_LIMITS = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 };

/** Sources need the project's loader, which runs in threads only on request. */
const fromSource = extname(new URL(import.meta.url).pathname) === ".ts";
const PROGRAM = new URL("./saml-thread.cjs", import.meta.url);

function sourceProgram(): string {
  const { resolve } = createRequire(import.meta.url);
  // require() gets the loader's CommonJS form, which can't be imported; the module is beside it.
  const files = [resolve("tsx/esm/api").replace(/\.cjs$/, ".mjs"), resolve("./saml-thread.ts")];
  const [loader, program] = files.map((file) => JSON.stringify(pathToFileURL(file).href));
  return `import(${loader}).then(({ tsImport }) => tsImport(${program}, ${program}))`;
}

interface Job {
  readonly response: string;
  readonly request: SamlRequest;
  readonly address: string;
  readonly resolve: (verified: VerifiedSaml) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Verifies SAML responses in a thread of its own: the sender hasn't proven an identity yet, and a
 * response must not delay other requests. The thread starts with the first response, ends when one
 * takes too long or too much memory, and starts again for the next.
 */
export class SamlVerifier {
  readonly #log: Log;
  readonly #waiting: Job[] = [];
  readonly #deadlineMs: number;
  #thread: Worker | undefined;
  #isReady = false;
  #current: Job | undefined;
  #callOff: CallOff | undefined;

  constructor(log: Log, { deadlineMs = DEADLINE_MS } = {}) {
    this.#log = log;
    this.#deadlineMs = deadlineMs;
  }

  /**
   * The subject of a response. `address` is its sender's.
   *
   * @throws Throttling when too many wait, and what `verifySamlResponse` throws
   */
  async verify(response: string, request: SamlRequest, address: string): Promise<SamlIdentity> {
    const verified = await new Promise<VerifiedSaml>((resolve, reject) => {
      const fromThere = this.#waiting.filter((job) => job.address === address).length;
      if (this.#waiting.length >= WAITING_MAX || fromThere >= WAITING_PER_ADDRESS_MAX)
        throw throttling("Rate exceeded: too many SAML responses wait to be verified. Try again.");
      this.#waiting.push({ response, request, address, resolve, reject });
      this.#next();
    });
    if ("identity" in verified) return verified.identity;
    const { code, message, status } = verified.refusal;
    throw new AwsError(code, message, { status });
  }

  async close(): Promise<void> {
    await this.#end(new Error("The server ends."));
  }

  #next(): void {
    if (this.#current) return;
    const thread = this.#thread ?? this.#start();
    if (!this.#isReady) return;
    const job = this.#waiting.shift();
    this.#current = job;
    if (!job) {
      this.#after(IDLE_MS, () => void this.#end(undefined));
      return;
    }
    const { response, request } = job;
    thread.postMessage({ response, request });
    this.#after(this.#deadlineMs, () => this.#fail("it took too long"));
  }

  #start(): Worker {
    const thread = new Worker(fromSource ? sourceProgram() : PROGRAM, {
      eval: fromSource,
      resourceLimits: THREAD_LIMITS,
      // It reads strangers' input, so it gets none of the environment's secrets.
      env: {},
    });
    thread.unref();
    this.#thread = thread;
    this.#isReady = false;
    thread.on("message", (message: "ready" | VerifiedSaml) => {
      if (this.#thread !== thread) return;
      if (message === "ready") this.#isReady = true;
      else this.#current?.resolve(message);
      this.#current = undefined;
      this.#next();
    });
    thread.on("error", (error) => {
      if (this.#thread === thread) this.#fail(error.message);
    });
    thread.on("exit", () => {
      if (this.#thread === thread) this.#fail("its thread ended");
    });
    this.#after(START_PATIENCE_MS, () => this.#fail("its thread didn't start"));
    return thread;
  }

  /** Gives up the response that is being verified, or the first one that waits for a thread. */
  #fail(reason: string): void {
    const job = this.#current ?? this.#waiting.shift();
    this.#log.warn({ reason, address: job?.address }, "a SAML response could not be verified");
    job?.reject(invalidIdentityToken("The SAML response takes too much to be verified."));
    this.#leaveThread();
    if (this.#waiting.length > 0) this.#next();
  }

  async #end(error: Error | undefined): Promise<void> {
    if (error) {
      this.#current?.reject(error);
      for (const job of this.#waiting.splice(0)) job.reject(error);
    }
    await this.#leaveThread();
  }

  #leaveThread(): Promise<number> | undefined {
    const thread = this.#thread;
    this.#callOff?.();
    this.#thread = undefined;
    this.#current = undefined;
    return thread?.terminate();
  }

  #after(ms: number, then: () => void): void {
    this.#callOff?.();
    this.#callOff = after(ms, then);
  }
}
