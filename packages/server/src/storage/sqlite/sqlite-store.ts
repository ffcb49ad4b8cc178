import { dirname } from "node:path";
import { Kysely, sql } from "kysely";
import type { Store, Tables, Transaction } from "../../kernel/store.ts";
import { syncFolder } from "../../kernel/write-durably.ts";
import { migrate, OWN_TABLES } from "../migrate.ts";
import { OpenTransaction } from "../open-transaction.ts";
import type { OpenedStore, StoreSchema } from "../store.ts";
import { libsqlDialect, openLibsql } from "./libsql-driver.ts";
import { WriteAheadLog } from "./write-ahead-log.ts";

export interface SqliteOptions {
  /** The database file; made when missing. */
  readonly file: string;
  /** False: commits aren't forced to the disk (`--data memory`). */
  readonly durable: boolean;
}

/** Opens the embedded database: one connection writes, transaction after transaction; one reads. */
export async function openSqliteStore(
  { file, durable }: SqliteOptions,
  schema: StoreSchema,
): Promise<OpenedStore> {
  const open = () =>
    new Kysely<Tables>({
      dialect: libsqlDialect(openLibsql({ file, synchronous: durable ? "NORMAL" : "OFF" })),
    });
  const writer = open();
  try {
    await writer.transaction().execute(async (db) => {
      const isNew = await migrate(db, schema);
      await schema.settle?.({ db, isNew });
    });
  } catch (error) {
    await writer.destroy();
    throw error;
  }
  const log = durable ? new WriteAheadLog(file) : undefined;
  if (log) {
    await log.durable();
    // The names of the files that SQLite has just made.
    await syncFolder(dirname(file));
  }
  return new SqliteStore(open(), writer, log);
}

class SqliteStore implements OpenedStore {
  readonly shared = false;
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
        select name from sqlite_master where type = 'table' and name not like 'sqlite_%'`.execute(
        db,
      );
      for (const { name } of tables.rows)
        if (!OWN_TABLES.has(name)) await sql`delete from ${sql.table(name)}`.execute(db);
    });
  }

  async close(): Promise<void> {
    this.#log?.close();
    await this.db.destroy();
    await this.#writer.destroy();
  }
}
