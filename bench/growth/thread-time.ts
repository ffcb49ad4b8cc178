/**
 * Processor time, which others on the same machine don't lengthen as they do the time on the clock.
 * Linux gives it in nanoseconds; elsewhere wall-clock time is used.
 */
import { closeSync, existsSync, openSync, readFileSync, readSync } from "node:fs";
import { performance } from "node:perf_hooks";

const NS_PER_MS = 1e6;
const SAMPLE_MS = 1;

/** The time that a process's first thread, which serves, has used so far, in milliseconds. */
export function threadTimeMs(pid: number | "self" = "self"): number {
  const file = `/proc/${pid}/schedstat`;
  if (!existsSync(file)) return pid === "self" ? performance.now() : 0;
  return Number(readFileSync(file, "utf8").split(" ")[0]) / NS_PER_MS;
}

/** The longest that this thread computed without a turn for others, since it was asked before. */
export class HeldTime {
  readonly #file: number | undefined;
  readonly #bytes = Buffer.alloc(64);
  readonly #timer: NodeJS.Timeout;
  #lastMs = 0;
  #longestMs = 0;

  constructor() {
    const file = "/proc/thread-self/schedstat";
    this.#file = existsSync(file) ? openSync(file, "r") : undefined;
    this.#lastMs = this.#now();
    this.#timer = setInterval(() => this.#sample(), SAMPLE_MS);
    this.#timer.unref();
  }

  takeMs(): number {
    const longestMs = this.#longestMs;
    this.#longestMs = 0;
    return longestMs;
  }

  close(): void {
    clearInterval(this.#timer);
    if (this.#file !== undefined) closeSync(this.#file);
  }

  #sample(): void {
    const nowMs = this.#now();
    this.#longestMs = Math.max(this.#longestMs, nowMs - this.#lastMs);
    this.#lastMs = nowMs;
  }

  #now(): number {
    if (this.#file === undefined) return performance.now();
    const length = readSync(this.#file, this.#bytes, 0, this.#bytes.length, 0);
    return Number(this.#bytes.toString("latin1", 0, length).split(" ")[0]) / NS_PER_MS;
  }
}
