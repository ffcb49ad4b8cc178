import { readdir, readFile, rm } from "node:fs/promises";
import { AppendedFile } from "../../../kernel/files/appended-file.ts";
import { pathBelow } from "../../../kernel/files/path-below.ts";
import { makeFolderDurably } from "../../../kernel/files/write-durably.ts";
import type { Ids } from "../../../kernel/ids.ts";
import { quoted } from "../../../kernel/json-text.ts";
import { findableOf, type ParsedRecord } from "../record/event-attributes.ts";
import type { EventKind, EventRecord } from "../record/event-record.ts";

const SUFFIX = ".journal";

/** A record with the journal segment that holds it. */
export interface JournaledRecord {
  readonly record: EventRecord;
  readonly segment: string;
}

/** Keeps records safe from the end of the process until the database has them. */
export interface Journal {
  /** Resolves when the records would outlive the process. */
  append(records: readonly EventRecord[]): Promise<readonly JournaledRecord[]>;
  /** Ends the current segment at once: what follows goes into another one. */
  rotate(): void;
  /** The database has the segment. */
  remove(segment: string): Promise<void>;
  /** Segments that earlier processes left. */
  leftovers(): Promise<readonly string[]>;
  read(segment: string): Promise<readonly JournaledRecord[]>;
}

/** For a server that keeps nothing. */
export function noJournal(): Journal {
  return {
    append: async (records) => records.map((record) => ({ record, segment: "" })),
    rotate: () => {},
    remove: async () => {},
    leftovers: async () => [],
    read: async () => [],
  };
}

/**
 * Files of lines, one a record. A line is handed to the operating system before the call's answer
 * is sent, so that a killed process loses none; a power failure may lose the last seconds, since
 * nothing waits for the disk.
 */
export class FileJournal implements Journal {
  readonly #dir: string;
  readonly #abandoned: readonly string[];
  readonly #ids: Ids;
  readonly #inPlace: boolean;
  /** The paths of leftovers. */
  readonly #paths = new Map<string, string>();
  readonly #own = new Set<string>();
  #made: Promise<void> | undefined;
  #current: { readonly segment: string; readonly file: AppendedFile } | undefined;

  /** `abandoned`: such folders of nodes that are gone; `inPlace` as in AppendedFile. */
  constructor(dir: string, abandoned: readonly string[], ids: Ids, inPlace = false) {
    this.#inPlace = inPlace;
    this.#dir = dir;
    this.#abandoned = abandoned;
    this.#ids = ids;
  }

  async append(records: readonly EventRecord[]): Promise<readonly JournaledRecord[]> {
    this.#current ??= this.#open();
    const { segment, file } = this.#current;
    try {
      await file.append(records.map(lineOf).join(""));
    } catch (error) {
      // Later records go into another file: this one may end in the middle of a line.
      if (this.#current?.segment === segment) this.rotate();
      throw error;
    }
    return records.map((record) => ({ record, segment }));
  }

  rotate(): void {
    // Those who appended have its failure already.
    this.#current?.file.close().catch(() => undefined);
    this.#current = undefined;
  }

  async remove(segment: string): Promise<void> {
    await rm(this.#path(segment), { force: true });
    this.#paths.delete(segment);
    this.#own.delete(segment);
  }

  async leftovers(): Promise<readonly string[]> {
    await this.#make();
    const segments: string[] = [];
    for (const dir of [this.#dir, ...this.#abandoned]) {
      for (const name of await namesIn(dir)) {
        if (!name.endsWith(SUFFIX)) continue;
        const segment = name.slice(0, -SUFFIX.length);
        if (this.#own.has(segment)) continue;
        this.#paths.set(segment, pathBelow(dir, name));
        segments.push(segment);
      }
    }
    return segments;
  }

  async read(segment: string): Promise<readonly JournaledRecord[]> {
    const lines = (await readFile(this.#path(segment), "utf8")).split("\n");
    // After the last line's end there is nothing, or a line that was being written.
    return lines.slice(0, -1).map((line) => ({ record: recordOf(line), segment }));
  }

  #make(): Promise<void> {
    this.#made ??= makeFolderDurably(this.#dir).catch((error: unknown) => {
      this.#made = undefined;
      throw error;
    });
    return this.#made;
  }

  #open() {
    const segment = this.#ids.uuid();
    this.#own.add(segment);
    return { segment, file: new AppendedFile(this.#path(segment), this.#make(), this.#inPlace) };
  }

  #path(segment: string): string {
    return this.#paths.get(segment) ?? pathBelow(this.#dir, segment + SUFFIX);
  }
}

async function namesIn(dir: string): Promise<readonly string[]> {
  try {
    return await readdir(dir);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}

function lineOf({ eventId, accountId, region, readOnly, atMs, kind, text }: EventRecord): string {
  const ids = `"${eventId}",${quoted(accountId)},${quoted(region)}`;
  return `[${ids},${readOnly},${atMs},"${kind}"]\t${text}\n`;
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
  const findable = findableOf(JSON.parse(text) as ParsedRecord);
  return { eventId, accountId, region, kind, readOnly, atMs, findable, text };
}
