import { setTimeout } from "node:timers/promises";
import { HandleEmptyInListsPlugin, Kysely, replaceWithNoncontingentExpression, sql } from "kysely";
import type pg from "pg";
import { randomIds } from "../../kernel/ids.ts";
import {
  type Store,
  StoreUnavailableError,
  type Tables,
  type Transaction,
} from "../../kernel/store.ts";
import { migrate, OWN_TABLES } from "../migrate.ts";
import { OpenTransaction } from "../open-transaction.ts";
import type { OpenedStore, SharedDatabase, StoreSchema } from "../store.ts";
import { openPool, postgresDialect } from "./postgres-driver.ts";
import { isRetried, unreachable } from "./postgres-errors.ts";

/** Reads are single statements, so nobody waits for another connection while holding one. */
const READERS_MAX = 10;

/**
 * As on SQLite, a node's transactions run one after the other, in the order in which they were
 * asked for; those of other nodes run beside them. More of them would mostly fail on each other.
 */
const WRITERS_MAX = 1;

const ATTEMPTS_MAX = 20;
const FIRST_PAUSE_MS = 2;
const PAUSE_MAX_MS = 200;

/** Opens a PostgreSQL database, or what speaks its protocol and its common SQL. */
export async function openPostgresStore(
  { url }: SharedDatabase,
  schema: StoreSchema,
): Promise<OpenedStore> {
  const onIdleError = () => {
    // The pool has dropped the connection; who needs one next hears why there is none.
  };
  const writers = openPool({ url, connectionsMax: WRITERS_MAX, readOnly: false, onIdleError });
  const readers = openPool({ url, connectionsMax: READERS_MAX, readOnly: true, onIdleError });
  try {
    const collate = await sortsByLanguage(writers);
    const store = new PostgresStore(open(readers, collate), open(writers, collate));
    await store.transaction(async ({ db }) => {
      const isNew = await migrate(db, schema);
      await schema.settle?.({ db, isNew });
    });
    return store;
  } catch (error) {
    await Promise.all([writers.end(), readers.end()]);
    throw error;
  }
}

function open(pool: pg.Pool, collate: boolean): Kysely<Tables> {
  return new Kysely<Tables>({
    dialect: postgresDialect(pool, collate),
    plugins: [new HandleEmptyInListsPlugin({ strategy: replaceWithNoncontingentExpression })],
  });
}

/** Whether the database's own order of text isn't that of its bytes, in which B comes before a. */
async function sortsByLanguage(pool: pg.Pool): Promise<boolean> {
  let found: pg.QueryResult;
  try {
    found = await pool.query(
      "select 'a' < 'B' as by_language, current_setting('server_encoding') as encoding",
    );
  } catch (error) {
    throw unreachable(error);
  }
  const { by_language: byLanguage, encoding } = found.rows[0];
  if (!/^UTF-?8$/i.test(encoding))
    throw new Error(`The database must be encoded in UTF8; its server_encoding is ${encoding}.`);
  return byLanguage;
}

class PostgresStore implements OpenedStore {
  readonly shared = true;
  readonly db: Kysely<Tables>;
  readonly #writer: Kysely<Tables>;

  constructor(reader: Kysely<Tables>, writer: Kysely<Tables>) {
    this.db = reader;
    this.#writer = writer;
  }

  async transaction<R>(run: (tx: Transaction) => Promise<R>): Promise<R> {
    const { result, committed } = await this.#writer
      .connection()
      .execute((connection) => attempt(connection, run));
    for (const callback of committed) callback();
    return result;
  }

  tables<U extends Tables>(): Store<U> {
    return this as unknown as Store<U>;
  }

  async empty(): Promise<void> {
    await this.transaction(async ({ db }) => {
      const tables = await sql<{ table_name: string }>`
        select table_name from information_schema.tables
        where table_schema = current_schema() and table_type = 'BASE TABLE'`.execute(db);
      for (const { table_name: name } of tables.rows)
        if (!OWN_TABLES.has(name)) await sql`delete from ${sql.table(name)}`.execute(db);
    });
  }

  async close(): Promise<void> {
    await this.db.destroy();
    await this.#writer.destroy();
  }
}

/** Runs a transaction again when it failed on another one; its place in the queue is kept. */
async function attempt<R>(
  connection: Kysely<Tables>,
  run: (tx: Transaction) => Promise<R>,
): Promise<{ readonly result: R; readonly committed: readonly (() => void)[] }> {
  for (let attempts = 1; ; attempts++) {
    const committed: (() => void)[] = [];
    try {
      const result = await connection
        .transaction()
        .execute((db) => run(new OpenTransaction(db, committed)));
      return { result, committed };
    } catch (error) {
      if (!isRetried(error)) throw error;
      if (attempts === ATTEMPTS_MAX)
        throw new StoreUnavailableError(
          `The database is busy: a change failed ${ATTEMPTS_MAX} times on changes of other nodes.`,
          { cause: error },
        );
      await setTimeout(pauseMs(attempts));
    }
  }
}

/** Grows, and differs between nodes that failed on each other. */
function pauseMs(attempts: number): number {
  const [chance = 0] = randomIds.bytes(1);
  return Math.min(PAUSE_MAX_MS, FIRST_PAUSE_MS * 2 ** attempts) * (0.5 + chance / 512);
}
