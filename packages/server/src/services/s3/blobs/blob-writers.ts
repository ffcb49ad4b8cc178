import type { Clock } from "../../../kernel/clock.ts";
import type { Ids } from "../../../kernel/ids.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import { type Store, StoreUnavailableError, type Transaction } from "../../../kernel/store.ts";
import { inBackground } from "../../../kernel/work/in-background.ts";
import { Lease } from "../../../kernel/work/lease.ts";
import {
  countCommit,
  deleteEndedWriters,
  endWriter,
  insertWriter,
  listOpenWriters,
  listWriters,
  renewWriter,
} from "../rows/writers.ts";
import type { S3Tables, WriterRow } from "../tables.ts";
import { type EndedMarks, type WriterMark, WriterMarks } from "./writer-marks.ts";

/**
 * Beside other nodes, a process raises its writers' counters this often, and looks at the others'.
 */
const BEAT_MS = 5_000;
/** A writer whose counter stands still for so long is ended, and its commits are refused. */
const SILENCE_MS = 30_000;

export interface BlobWritersOptions {
  readonly store: Store;
  /** The folder of the marks. */
  readonly marksDir: string;
  readonly elsewhere?: EndedMarks | undefined;
  /** False: nothing is kept beyond this process, so nothing is registered. */
  readonly durable: boolean;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** The URL at which the other nodes reach this one. */
  readonly nodeUrl: () => string;
  /** Another node has ended this writer, or a reset: what it writes can't be committed any more. */
  readonly lost: (prefix: string) => Promise<void>;
  /** Writers of other processes were ended. */
  readonly ended: () => void;
}

/** The known state of a blob's writer. */
export type WriterState =
  /** It may still commit. */
  | "open"
  /**
   * The database has no row of it: it is an older copy, another one, or the writer is an old
   * release.
   */
  | "unknown"
  /** It has ended, but nothing proves that this database knows all of its commits. */
  | "unproven"
  /** It has ended and this database knows all that it committed. */
  | "complete";

/** How many commits each writer has, by the transaction that counted one more. */
export type CountedCommits = ReadonlyMap<string, number>;

/**
 * The processes that have written blobs, each by its prefix of blob ids. A writer is registered
 * before its first file exists, and each of its commits is counted: in its row by the transaction
 * itself, which fails once the writer has been ended, and in its mark before the commit is
 * acknowledged. So a file without a row in the database is an orphan only if its writer has ended
 * and the database counts no fewer commits than the mark (docs/adr/0018).
 */
export class BlobWriters {
  readonly marks: WriterMarks;
  readonly #options: BlobWritersOptions;
  readonly #store: Store<S3Tables>;
  readonly #own = new Map<string, WriterMark>();
  /** Writers that this process has ended itself, with the commits that their marks count. */
  readonly #closed = new Map<string, number>();
  readonly #lease: Lease<WriterRow & { readonly id: string }>;

  constructor(options: BlobWritersOptions) {
    this.#options = options;
    this.#store = options.store.tables<S3Tables>();
    this.marks = new WriterMarks(options.marksDir, !options.store.shared, options.elsewhere);
    this.#lease = new Lease({
      beatMs: BEAT_MS,
      silenceMs: SILENCE_MS,
      own: () => [...this.#own.keys()],
      renew: (prefix) => this.#store.transaction(({ db }) => renewWriter(db, prefix)),
      lost: (prefix) => this.#lose(prefix),
      rows: async () => (await this.#open()).map((row) => ({ ...row, id: row.prefix })),
      end: async ({ prefix, beat }) => (await this.#end(prefix, beat)) !== undefined,
      looked: async (ended) => this.#noteDead(ended),
      failed: (err) => options.log.warn({ err }, "This node could not look at its writers' rows"),
    });
  }

  /** Makes this process a writer, durably. Resolves to the prefix of its blobs' ids. */
  async register(): Promise<string> {
    const { clock, ids, durable, nodeUrl } = this.#options;
    const prefix = `${clock.nowMs().toString(36)}${ids.base32(8).toLowerCase()}`;
    if (!durable) return prefix;
    this.#own.set(prefix, await this.marks.begin(prefix));
    const row: WriterRow = {
      prefix,
      node: nodeUrl(),
      started_ms: clock.nowMs(),
      ended_ms: null,
      commits: 0,
      beat: 0,
    };
    await this.#store.transaction(({ db }) => insertWriter(db, row));
    return prefix;
  }

  /**
   * Counts one more commit of the writers of these blobs. Throws StoreUnavailableError where one of
   * them was ended: its files may be swept at any time.
   */
  async count(prefixes: ReadonlySet<string>, tx: Transaction): Promise<CountedCommits> {
    const counted = new Map<string, number>();
    if (!this.#options.durable) return counted;
    for (const prefix of prefixes) {
      const commits = await countCommit(tx.db, prefix);
      if (commits === undefined) {
        inBackground(this.#lose(prefix));
        throw new StoreUnavailableError(
          "This node was taken for dead, or everything was reset, while an object was written.",
        );
      }
      counted.set(prefix, commits);
    }
    return counted;
  }

  /** Resolves when the marks count these commits; only then they may be acknowledged. */
  async acknowledge(counted: CountedCommits): Promise<void> {
    for (const [prefix, commits] of counted) {
      if ((this.#closed.get(prefix) ?? -1) >= commits) continue;
      try {
        const mark = this.#own.get(prefix);
        if (!mark) throw new Error("The writer was ended by another node.");
        await mark.note(commits);
      } catch (cause) {
        const message = "It couldn't be written down that an object was committed.";
        throw new StoreUnavailableError(message, { cause, commitUnknown: true });
      }
    }
  }

  /** Ends writers that are dead for certain. Beside other nodes it goes on looking for them. */
  async start(): Promise<void> {
    if (!this.#options.durable) return;
    await this.#endPredecessors();
    if (this.#store.shared) this.#lease.start();
  }

  /** Ends this process's writers, of which nothing may be committed any more. */
  async close(): Promise<void> {
    await this.#lease.close();
    for (const [prefix, mark] of [...this.#own]) {
      const commits = await this.#end(prefix);
      if (commits !== undefined) {
        await this.marks.end(prefix, commits);
        this.#closed.set(prefix, commits);
      }
      this.#own.delete(prefix);
      await mark.close();
    }
  }

  /** The states of all writers; a prefix that isn't among them is of an unknown one. */
  async states(): Promise<ReadonlyMap<string, WriterState>> {
    const rows = await listWriters(this.#store.db);
    const states = new Map<string, WriterState>();
    for (const row of rows) states.set(row.prefix, await this.#stateOf(row));
    for (const prefix of this.#own.keys()) states.set(prefix, "open");
    return states;
  }

  /**
   * Forgets those of these writers, of which no file is left, that ended `lateMs` ago or earlier.
   * False where one of them stays known.
   */
  async forget(prefixes: readonly string[], lateMs = 0): Promise<boolean> {
    if (prefixes.length === 0) return true;
    const beforeMs = this.#options.clock.nowMs() - lateMs;
    const forgotten = await this.#store.transaction(({ db }) =>
      deleteEndedWriters(db, prefixes, beforeMs),
    );
    for (const prefix of forgotten) await this.marks.remove(prefix);
    return forgotten.length === prefixes.length;
  }

  async #stateOf(row: WriterRow): Promise<WriterState> {
    if (row.ended_ms === null) return "open";
    const mark = await this.marks.read(row.prefix);
    if (mark === undefined || row.commits < mark.commits) return "unproven";
    // So that it is proven after the machine's next start too.
    if (!mark.ended) await this.marks.end(row.prefix, row.commits);
    return "complete";
  }

  /**
   * Alone in its folder, this process knows that all others have died. Beside other nodes those
   * have that listened where this one does.
   */
  async #endPredecessors(): Promise<void> {
    const url = this.#options.nodeUrl();
    for (const { prefix, node } of await this.#open()) {
      if (this.#own.has(prefix) || (this.#store.shared && node !== url)) continue;
      await this.#end(prefix);
    }
  }

  #open(): Promise<WriterRow[]> {
    return listOpenWriters(this.#store.db);
  }

  #noteDead(ended: readonly WriterRow[]): void {
    for (const { prefix } of ended)
      this.#options.log.warn({ writer: prefix }, "A node that wrote S3 objects has died");
    if (ended.length > 0) this.#options.ended();
  }

  /** The number of its commits; undefined when it ended before, or has raised its counter since. */
  async #end(prefix: string, beat?: number): Promise<number | undefined> {
    const nowMs = this.#options.clock.nowMs();
    return this.#store.transaction(({ db }) => endWriter(db, prefix, nowMs, beat));
  }

  async #lose(prefix: string): Promise<void> {
    const mark = this.#own.get(prefix);
    if (!mark) return;
    this.#own.delete(prefix);
    this.#options.log.warn({ writer: prefix }, "This node's writer was ended; it begins a new one");
    await this.#options.lost(prefix);
    await mark.close();
  }
}
