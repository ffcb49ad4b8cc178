import pino from "pino";
import type { Config } from "../config/settings.ts";
import type { Log } from "../kernel/ports/log.ts";
import { knowsHyperlinks } from "./hyperlinks.ts";
import { textLine } from "./text-line.ts";

/** Lines kept for later readers. */
const RECENT_LINES_MAX = 500;
/** Characters of all kept lines: past it the oldest are dropped. */
const RECENT_CHARS_MAX = 1024 * 1024;

export interface ServerLog {
  readonly log: Log;
  /**
   * Passes the latest lines, then each new one, to a reader. Returns the function that stops it.
   */
  readonly read: (reader: (json: string) => void) => () => void;
}

/** The settings that the log is made from. */
export type LogSettings = Pick<Config, "logLevel" | "logFormat">;

/**
 * Logs to standard error, so that standard output belongs to the command: text for people on a
 * terminal, else JSON lines.
 */
export function createLog({ logLevel, logFormat }: LogSettings): ServerLog {
  const isTerminal = process.stderr.isTTY === true;
  const format = logFormat ?? (isTerminal ? "text" : "json");
  const level = logLevel ?? (isTerminal ? "info" : "warn");
  const tail = new LogTail();
  const hasLinks = isTerminal && knowsHyperlinks(process.env);
  const text = {
    write: (json: string) => {
      // The terminal's width changes with its window.
      const { columns } = process.stderr;
      process.stderr.write(textLine(json, { colored: isTerminal, columns, hasLinks }));
    },
  };
  const streams = pino.multistream([
    { level: "trace", stream: format === "text" ? text : process.stderr },
    { level: "trace", stream: tail },
  ]);
  return {
    log: pino(
      {
        level,
        base: null,
        timestamp: pino.stdTimeFunctions.isoTime,
        serializers: { err: loggedError },
      },
      streams,
    ),
    read: (reader) => tail.read(reader),
  };
}

/**
 * An error as it is logged. The headers of its answer are for its caller: a denial's are the
 * encoded decision, kilobytes of it, and the log has the denial's id already.
 */
export const loggedError = pino.stdSerializers.wrapErrorSerializer(
  ({ headers: _answered, ...error }) => error as pino.SerializedError,
);

/** Keeps the latest lines within limits. */
export class LogTail {
  readonly #readers = new Set<(json: string) => void>();
  #recent: string[] = [];
  #chars = 0;

  write(line: string): void {
    const json = line.trimEnd();
    this.#recent.push(json);
    this.#chars += json.length;
    while (this.#recent.length > RECENT_LINES_MAX || this.#chars > RECENT_CHARS_MAX)
      this.#chars -= this.#recent.shift()?.length ?? this.#chars;
    for (const reader of this.#readers) reader(json);
  }

  read(reader: (json: string) => void): () => void {
    for (const json of this.#recent) reader(json);
    this.#readers.add(reader);
    return () => this.#readers.delete(reader);
  }
}
