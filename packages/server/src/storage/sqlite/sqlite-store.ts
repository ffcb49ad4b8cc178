import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { Kysely, SqliteAdapter, sql } from "kysely";
import { syncFolder } from "../../kernel/files/write-durably.ts";
import {
  type Store,
  StoreUnavailableError,
  type Tables,
  type Transaction,
  type TransactionOptions,
} from "../../kernel/store.ts";
import { OneAtATime } from "../../kernel/work/one-at-a-time.ts";
import { CommitGroups } from "../commit-groups.ts";
import { inOrder, migrate, OWN_TABLES, touch } from "../migrate.ts";
import { PatientTransactions } from "../patient-transactions.ts";
import { makePrivateFile } from "../private-folder.ts";
import type { OpenedStore, StoreSchema } from "../store.ts";
import { StoreMonitor } from "../store-monitor.ts";
import type { StatementCounts } from "../transaction-watch.ts";
import { UnusableDatabaseError } from "../unusable-database-error.ts";
import { libsqlDialect } from "./libsql-driver.ts";
import { openErrorOf } from "./sqlite-errors.ts";
import { MADE_SCHEMA, RememberedSchema } from "./whole-schema.ts";
import { WriteAheadLog } from "./write-ahead-log.ts";

export interface SqliteOptions {
  /** The database file; made when missing. */
  readonly file: string;
  /** False: commits aren't forced to the disk (`--data memory`). */
  readonly durable: boolean;
  /** Frees the reserve on a full disk. */
  readonly makeRoom?: (() => Promise<void>) | undefined;
}

/**
 * After this time without writes the database has failed: a new process may be able to write it.
 */
const FAILS_AFTER_MS = 30_000;

const newSchema = new RememberedSchema();

/**
 * Opens the embedded database: one connection writes, transaction after transaction; one reads.
 * Rejects with UnusableDatabaseError, or with StoreUnavailableError when the disk is full.
 */
export async function openSqliteStore(
  { file, durable, makeRoom }: SqliteOptions,
  schema: StoreSchema,
): Promise<OpenedStore> {
  let monitor: StoreMonitor | undefined;
  // A full disk is noted by the store itself, once it couldn't make room.
  const onUnavailable = (error: StoreUnavailableError) => {
    if (!isFull(error)) monitor?.note(error);
  };
  const synchronous = durable ? "NORMAL" : "OFF";
  const statements = { begun: 0, ended: 0 };
  const adapter = new SqliteAdapter();
  const open = (isReader: boolean) =>
    new Kysely<Tables>({
      dialect: libsqlDialect({
        ...{ file, synchronous, isReader, onUnavailable, adapter },
        ...(isReader ? {} : { statements }),
      }),
    });
  const opened: Kysely<Tables>[] = [];
  try {
    await refuseSpecialFile(file);
    // SQLite gives what it makes beside it the same mode.
    await makePrivateFile(file);
    // A file that must survive a crash is only written by SQLite.
    const isMade = !durable && (await newSchema.layOut(file, inOrder(schema.migrations)));
    const writer = open(false);
    opened.push(writer);
    await writer.transaction().execute(async (db) => {
      const isNew = await migrate(db, schema, isMade ? MADE_SCHEMA : newSchema);
      await schema.settle?.({ db, isNew });
    });
    const reader = open(true);
    opened.push(reader);
    const log = durable ? new WriteAheadLog(file, onUnavailable) : undefined;
    if (log) {
      await log.durable();
      // The names of the files that SQLite has just made.
      await syncFolder(dirname(file));
    }
    const store = new SqliteStore({
      ...{ reader, writer, statements, log, makeRoom },
      nowMs: schema.nowMs,
    });
    monitor = store.health;
    return store;
  } catch (error) {
    for (const each of opened) await each.destroy();
    throw openErrorOf(error, file);
  }
}

/** SQLite takes what isn't a file for a disk with errors. */
async function refuseSpecialFile(file: string): Promise<void> {
  if (!existsSync(file)) return;
  const found = await stat(file);
  if (found.isFile() || found.isDirectory()) return;
  throw new UnusableDatabaseError(
    `The database file ${file} isn't a file. Put the right one there, load a snapshot, or choose another folder with --data.`,
  );
}

interface SqliteStoreParts {
  readonly reader: Kysely<Tables>;
  readonly writer: Kysely<Tables>;
  /** The writer's. */
  readonly statements: StatementCounts;
  readonly log: WriteAheadLog | undefined;
  readonly nowMs: () => number;
  readonly makeRoom: (() => Promise<void>) | undefined;
}

class SqliteStore implements OpenedStore {
  readonly shared = false;
  readonly db: Kysely<Tables>;
  readonly health: StoreMonitor;
  readonly #parts: SqliteStoreParts;
  readonly #groups: CommitGroups;
  readonly #patient = new PatientTransactions((run, options) => this.#transact(run, options));
  readonly #room = new OneAtATime(() => this.#makeRoom());

  constructor(parts: SqliteStoreParts) {
    this.db = parts.reader;
    this.#parts = parts;
    this.#groups = new CommitGroups({
      commit: async (run) => this.#commit(run),
      statements: parts.statements,
      durable: async () => parts.log?.durable(),
    });
    this.health = new StoreMonitor({
      write: () => this.transaction(({ db }) => touch(db)),
      failsAfterMs: FAILS_AFTER_MS,
      nowMs: parts.nowMs,
    });
  }

  transaction<R>(run: (tx: Transaction) => Promise<R>, options?: TransactionOptions): Promise<R> {
    if (options?.patient) return this.#patient.run(run, options);
    return this.#transact(run, options);
  }

  async #transact<R>(
    run: (tx: Transaction) => Promise<R>,
    options?: TransactionOptions,
  ): Promise<R> {
    try {
      return await this.#groups.transaction(run, options);
    } catch (error) {
      if (!isFull(error)) throw error;
    }
    await this.#room.run();
    try {
      return await this.#groups.transaction(run, options);
    } catch (error) {
      if (isFull(error)) this.health.note(error);
      throw error;
    }
  }

  #commit<R>(run: (db: Kysely<Tables>) => Promise<R>): Promise<R> {
    this.#parts.log?.check();
    return this.#parts.writer.transaction().execute(run);
  }

  /**
   * On a full disk: frees the reserve, and has SQLite move its log into the database, so that the
   * next commit is written over the old ones and needs no room.
   */
  async #makeRoom(): Promise<void> {
    await this.#parts.makeRoom?.();
    await sql`pragma wal_checkpoint(passive)`.execute(this.#parts.writer).catch(() => {
      // If the next commit fails too, it fails with the reason.
    });
  }

  tables<U extends Tables>(): Store<U> {
    return this as unknown as Store<U>;
  }

  async empty(): Promise<void> {
    await this.transaction(async ({ db }) => {
      await sql`pragma defer_foreign_keys = on`.execute(db);
      const tables = await sql<{ name: string }>`
        select name from sqlite_master where type = 'table' and name not like 'sqlite_%'`.execute(
        db,
      );
      const names = tables.rows.map(({ name }) => name).filter((name) => !OWN_TABLES.has(name));
      for (const name of await withRows(names, db))
        await sql`delete from ${sql.table(name)}`.execute(db);
    });
  }

  /** Moves everything into the one file, so that it can be copied. */
  async close(): Promise<void> {
    const { log, writer } = this.#parts;
    this.#patient.close();
    await this.health.close();
    await this.db.destroy();
    if (log)
      await sql`pragma wal_checkpoint(truncate)`.execute(writer).catch(() => {
        // Then the next start reads the rest from the log, as after a crash.
      });
    log?.close();
    await writer.destroy();
  }
}

/** Tables at a time that are asked whether they have rows; SQLite takes 500 selects. */
const ASKED_AT_A_TIME = 100;

/** Those of the tables that have rows: to empty the others one by one takes most of a reset. */
async function withRows(names: readonly string[], db: Kysely<Tables>): Promise<readonly string[]> {
  const found: string[] = [];
  for (let from = 0; from < names.length; from += ASKED_AT_A_TIME) {
    const asked = names
      .slice(from, from + ASKED_AT_A_TIME)
      .map((name) => `select '${name}' as name where exists (select 1 from "${name}")`);
    const { rows } = await sql.raw<{ name: string }>(asked.join(" union all ")).execute(db);
    found.push(...rows.map(({ name }) => name));
  }
  return found;
}

function isFull(error: unknown): error is StoreUnavailableError {
  return error instanceof StoreUnavailableError && error.condition === "full";
}
