import { type ChildProcess, fork } from "node:child_process";
import type { Socket } from "node:net";
import { performance } from "node:perf_hooks";
import type { MediaErrorCode } from "../port/media-error.ts";
import { Calls, type Message } from "./calls.ts";
import { StreamLedger } from "./stream-ledger.ts";
import type { MainMethods, RelaySource, WorkerMethods, WorkerOptions } from "./worker-messages.ts";
import { WORKER_PROGRAM } from "./worker-program.ts";

/** A worker that has nothing left to do ends at once. */
const EXIT_PATIENCE_MS = 5_000;

/** Its last words are in the system's buffer when it has gone. */
const LAST_WORDS_MS = 1_000;

/** The main process's end of one worker. */
export class WorkerProcess implements RelaySource {
  readonly calls: Calls<MainMethods, WorkerMethods>;
  readonly ledger = new StreamLedger();
  readonly startedAtMs = performance.now();
  /** Resolves when the process has gone, however it went. */
  readonly gone: Promise<void>;
  readonly #child: ChildProcess;
  #isGone = false;
  #connections = 0;
  /** Cores that its ladders take. */
  cores = 0;

  constructor(options: WorkerOptions) {
    this.#child = fork(WORKER_PROGRAM.file, {
      serialization: "advanced",
      execArgv: [...WORKER_PROGRAM.execArgv],
      // It reads what strangers send: secrets of the environment are none of its business.
      env: {},
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    const child = this.#child;
    this.calls = new Calls((message, handle, sent) => {
      child.send(message, handle, {}, sent);
    });
    child.on("message", (message) => this.calls.receive(message as Message));
    // It could not be started, or its channel broke: there is no way back to it.
    child.on("error", () => this.kill());
    this.gone = untilGone(child).then(() => {
      this.#isGone = true;
      this.calls.end("the worker process has gone");
    });
    child.send(options);
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get connections(): number {
    return this.#connections;
  }

  /** Gives it a connection of which nothing was read. */
  take(socket: Socket, protocol: string): void {
    this.#connections += 1;
    socket.on("error", () => socket.destroy());
    const sent = (error: unknown): void => {
      if (error) {
        socket.destroy();
      }
    };
    this.calls.give(socket, sent, "takeConnection", protocol);
  }

  disconnectPublisher(publisherId: string, description: string): void {
    this.calls.notify("disconnectPublisher", publisherId, description);
  }

  failPublisher(publisherId: string, code: MediaErrorCode, message: string): void {
    this.calls.notify("failPublisher", publisherId, code, message);
  }

  connectionClosed(): void {
    this.#connections -= 1;
  }

  /** Lets it end its streams and their recordings, for so long. */
  async close(patienceMs: number): Promise<void> {
    const timer = setTimeout(() => this.kill(), patienceMs);
    await this.calls.ask("close").catch(() => undefined);
    clearTimeout(timer);
    if (this.#child.connected) {
      this.#child.disconnect();
    }
    const last = setTimeout(() => this.kill(), EXIT_PATIENCE_MS);
    await this.gone;
    clearTimeout(last);
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }
}

/**
 * Resolves after the last message of a process that ended, also of one killed with messages on
 * their way.
 */
async function untilGone(child: ChildProcess): Promise<void> {
  const disconnected = new Promise<void>((resolve) => child.once("disconnect", () => resolve()));
  await new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => child.pid === undefined && resolve());
  });
  if (child.pid !== undefined) {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, LAST_WORDS_MS);
    });
    await Promise.race([disconnected, late]);
    clearTimeout(timer);
  }
}
