import { Kysely, sql } from "kysely";
import type { Migration, Store, Tables, Transaction } from "../kernel/store.ts";
import { libsqlDialect, openLibsql } from "./libsql-driver.ts";
import { MIGRATIONS_TABLE, migrate } from "./migrate.ts";
import { WriteAheadLog } from "./write-ahead-log.ts";

export interface OpenStoreOptions {
  /** The database file; made when missing. */
  readonly file: string;
  /** False: commits aren't forced to the disk (`--data memory`). */
  readonly durable: boolean;
  readonly migrations: readonly Migration[];
  readonly nowMs: () => number;
}

/** The store with what only its owner, the composition root, may do. */
export interface OpenedStore extends Store {
  /** Deletes every row of every table in one transaction; the schema stays. */
  empty(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the embedded database and brings its schema up to date. */
export async function openStore(options: OpenStoreOptions): Promise<OpenedStore> {
  const synchronous = options.durable ? "NORMAL" : "OFF";
  const writer = new Kysely<Tables>({
    dialect: libsqlDialect(openLibsql({ file: options.file, synchronous })),
  });
  await migrate(writer, options.migrations, options.nowMs);
  const reader = new Kysely<Tables>({
    dialect: libsqlDialect(openLibsql({ file: options.file, synchronous })),
  });
  return new SqliteStore(
    reader,
    writer,
    options.durable ? new WriteAheadLog(options.file) : undefined,
  );
}

class SqliteStore implements OpenedStore {
  readonly db: Kysely<Tables>;
  readonly #writer: Kysely<Tables>;
  readonly #log: WriteAheadLog | undefined;

  constructor(reader: Kysely<Tables>, writer: Kysely<Tables>, log: WriteAheadLog | undefined) {
    this.db = reader;
    this.#writer = writer;
    this.#log = log;
  }

  async transaction<R>(run: (tx: Transaction) => Promise<R>): Promise<R> {
    this.#log?.check();
    const committed: (() => void)[] = [];
    const result = await this.#writer
      .transaction()
      .execute((db) => run(new OpenTransaction(db, committed)));
    await this.#log?.durable();
    for (const callback of committed) callback();
    return result;
  }

  tables<U extends Tables>(): Store<U> {
    return this as unknown as Store<U>;
  }

  async empty(): Promise<void> {
    await this.transaction(async ({ db }) => {
      await sql`pragma defer_foreign_keys = on`.execute(db);
      const tables = await sql<{ name: string }>`
        select name from sqlite_master where type = 'table' and name not like 'sqlite_%'
        and name <> ${MIGRATIONS_TABLE}`.execute(db);
      for (const { name } of tables.rows) await sql`delete from ${sql.table(name)}`.execute(db);
    });
  }

  async close(): Promise<void> {
    this.#log?.close();
    await this.db.destroy();
    await this.#writer.destroy();
  }
}

class OpenTransaction implements Transaction {
  readonly db: Kysely<Tables>;
  readonly #committed: (() => void)[];

  constructor(db: Kysely<Tables>, committed: (() => void)[]) {
    this.db = db;
    this.#committed = committed;
  }

  afterCommit(run: () => void): void {
    this.#committed.push(run);
  }

  tables<U extends Tables>(): Transaction<U> {
    return this as unknown as Transaction<U>;
  }
}
