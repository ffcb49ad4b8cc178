import { AssertionError } from "node:assert";
import { SealError } from "./crypto/secret-box.ts";
import { errorClass } from "./error-class.ts";
import type { Log } from "./ports/log.ts";

/** Rows that are named in the log, each once, until it is restarted. */
const NAMED_MAX = 1_000;

/**
 * Reads the rows of a service's work that nobody asked for: at a start, and in rounds. A row that
 * can't be read, since another version wrote it or something damaged it, is named in the log and
 * left out. It keeps the server neither from starting nor from the rows beside it.
 */
export class ReadableRows {
  readonly #service: string;
  readonly #log: Log;
  readonly #named = new Set<string>();

  constructor(service: string, log: Log) {
    this.#service = service;
    this.#log = log;
  }

  /** What `read` makes of each row of a `type`; it throws for one that it can't read. */
  of<Row, Value>(
    type: string,
    rows: readonly Row[],
    keyOf: (row: Row) => string,
    read: (row: Row) => Value,
  ): Value[] {
    return rows.flatMap((row) => {
      try {
        return [read(row)];
      } catch (error) {
        if (!isUnreadable(error)) throw error;
        this.#name(type, keyOf(row), error);
        return [];
      }
    });
  }

  /** Works on each row. Any other error, as of a database that fails, ends the work. */
  async each<Row>(
    type: string,
    rows: readonly Row[],
    keyOf: (row: Row) => string,
    work: (row: Row) => Promise<void>,
  ): Promise<void> {
    for (const row of rows) {
      try {
        await work(row);
      } catch (error) {
        if (!isUnreadable(error)) throw error;
        this.#name(type, keyOf(row), error);
      }
    }
  }

  #name(type: string, key: string, error: unknown): void {
    const name = `${type} ${key}`;
    if (this.#named.has(name) || this.#named.size >= NAMED_MAX) return;
    this.#named.add(name);
    const fields = { service: this.#service, type, key, error: errorClass(error) };
    this.#log.error(fields, "A row can't be read, and is left out.");
  }
}

/** Thrown by a row that isn't as it should be: no JSON, not sealed here, or a member is absent. */
function isUnreadable(error: unknown): boolean {
  return (
    error instanceof SyntaxError ||
    error instanceof TypeError ||
    error instanceof AssertionError ||
    error instanceof SealError
  );
}
