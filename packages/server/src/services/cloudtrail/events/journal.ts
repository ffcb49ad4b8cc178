import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, writeSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Ids } from "../../../kernel/ids.ts";
import { attributesOf, type ParsedRecord } from "../record/event-attributes.ts";
import type { EventKind, EventRecord } from "../record/event-record.ts";

const SUFFIX = ".journal";

/** A record with the journal segment that holds it. */
export interface JournaledRecord {
  readonly record: EventRecord;
  readonly segment: string;
}

/** Where records are safe from the end of the process until the database has them. */
export interface Journal {
  /** After this the records outlive the process. */
  append(records: readonly EventRecord[]): readonly JournaledRecord[];
  /** Ends the current segment: what follows goes into another one. */
  rotate(): void;
  /** The database has the segment. */
  remove(segment: string): Promise<void>;
  /** Segments that an earlier process left. */
  leftovers(): readonly string[];
  read(segment: string): readonly JournaledRecord[];
}

/** For a server that keeps nothing. */
export function noJournal(): Journal {
  return {
    append: (records) => records.map((record) => ({ record, segment: "" })),
    rotate: () => {},
    remove: async () => {},
    leftovers: () => [],
    read: () => [],
  };
}

/**
 * Files of lines, one a record. A line is handed to the operating system before the call's answer
 * is sent, so that a killed process loses none; a power failure may lose the last seconds, since
 * nothing waits for the disk.
 */
export class FileJournal implements Journal {
  readonly #dir: string;
  readonly #ids: Ids;
  #current: { readonly segment: string; readonly file: number } | undefined;

  constructor(dir: string, ids: Ids) {
    this.#dir = dir;
    this.#ids = ids;
    mkdirSync(dir, { recursive: true, mode: 0o700 });
  }

  append(records: readonly EventRecord[]): readonly JournaledRecord[] {
    this.#current ??= this.#open();
    const { segment, file } = this.#current;
    writeSync(file, records.map(lineOf).join(""));
    return records.map((record) => ({ record, segment }));
  }

  rotate(): void {
    if (!this.#current) return;
    closeSync(this.#current.file);
    this.#current = undefined;
  }

  async remove(segment: string): Promise<void> {
    await rm(this.#path(segment), { force: true });
  }

  leftovers(): readonly string[] {
    return readdirSync(this.#dir)
      .filter((name) => name.endsWith(SUFFIX))
      .map((name) => name.slice(0, -SUFFIX.length))
      .filter((segment) => segment !== this.#current?.segment);
  }

  read(segment: string): readonly JournaledRecord[] {
    const lines = readFileSync(this.#path(segment), "utf8").split("\n");
    // Behind the last line's end there is nothing, or a line that was being written.
    return lines.slice(0, -1).map((line) => ({ record: recordOf(line), segment }));
  }

  #open() {
    const segment = this.#ids.uuid();
    return { segment, file: openSync(this.#path(segment), "ax", 0o600) };
  }

  #path(segment: string): string {
    return join(this.#dir, segment + SUFFIX);
  }
}

function lineOf({ eventId, accountId, region, readOnly, atMs, kind, text }: EventRecord): string {
  return `${JSON.stringify([eventId, accountId, region, readOnly, atMs, kind])}\t${text}\n`;
}

function recordOf(line: string): EventRecord {
  const tab = line.indexOf("\t");
  const head: unknown = JSON.parse(line.slice(0, tab));
  const [eventId, accountId, region, readOnly, atMs, said] = head as [
    string,
    string,
    string,
    boolean,
    number,
    // Earlier versions didn't write it.
    EventKind | undefined,
  ];
  const text = line.slice(tab + 1);
  const kind = said ?? (readOnly ? "read" : "change");
  const attributes = attributesOf(JSON.parse(text) as ParsedRecord);
  return { eventId, accountId, region, kind, readOnly, atMs, attributes, text };
}
