import pino from "pino";
import type { Config } from "../config/settings.ts";
import type { Log } from "../kernel/log.ts";

/** Lines kept for readers that come late. */
const RECENT_LINES_MAX = 500;

export interface ServerLog {
  readonly log: Log;
  /** The latest lines, then each as it is written; returns the way to stop. */
  readonly read: (reader: (json: string) => void) => () => void;
}

/** JSON lines on standard error, so that standard output stays the command's own. */
export function createLog(level: Config["logLevel"]): ServerLog {
  const tail = new LogTail();
  const streams = pino.multistream([
    { level: "trace", stream: process.stderr },
    { level: "trace", stream: tail },
  ]);
  return {
    log: pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, streams),
    read: (reader) => tail.read(reader),
  };
}

class LogTail {
  readonly #readers = new Set<(json: string) => void>();
  #recent: string[] = [];

  write(line: string): void {
    const json = line.trimEnd();
    this.#recent.push(json);
    if (this.#recent.length > RECENT_LINES_MAX) this.#recent.shift();
    for (const reader of this.#readers) reader(json);
  }

  read(reader: (json: string) => void): () => void {
    for (const json of this.#recent) reader(json);
    this.#readers.add(reader);
    return () => this.#readers.delete(reader);
  }
}
