import assert from "node:assert";
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import { StoreUnavailableError } from "../../kernel/store.ts";
import { pause } from "../../kernel/work/timers.ts";
import type { StatementCounts } from "../transaction-watch.ts";
import { Libsql } from "./libsql.ts";
import { isBusy, isIoError, isReadOnly, sqliteErrorOf } from "./sqlite-errors.ts";

/** Prepared statements kept per connection; the oldest are dropped first. */
const PREPARED_STATEMENTS_MAX = 1_000;

/**
 * A statement waits so long for the lock of another program, such as a user's `sqlite3`: first
 * within SQLite, which holds up the whole process, then beside everything else.
 */
const BUSY_IN_SQLITE_MS = 20;
const BUSY_PATIENCE_MS = 5_000;
const BUSY_PAUSE_MS = 50;

type Statement = ReturnType<InstanceType<typeof Libsql>["prepare"]>;

interface PreparedStatement {
  readonly statement: Statement;
  /** The names of its rows' values, which come without them; undefined where it has no rows. */
  readonly columns: readonly string[] | undefined;
}

const SCHEMA_CHANGE = /^\s*(?:create|alter|drop)\b/i;

export interface LibsqlConnectionOptions {
  readonly file: string;
  /** NORMAL: commits are in the log, which the store syncs. OFF: nothing is synced. */
  readonly synchronous: "NORMAL" | "OFF";
  /** Refuses changes, which would be in no transaction and not be synced, as PostgreSQL does. */
  readonly isReader?: boolean;
  readonly statements?: StatementCounts;
  /** One for all connections to a database, by which what is kept of it is found. */
  readonly adapter?: SqliteAdapter;
  /** Called when a failed statement shows that the database is unavailable. */
  readonly onUnavailable: (error: StoreUnavailableError) => void;
}

/** Opens a connection in WAL mode: one writer, readers that don't wait for it. */
function openLibsql(options: LibsqlConnectionOptions): InstanceType<typeof Libsql> {
  const database = new Libsql(options.file);
  try {
    database.exec(`PRAGMA busy_timeout = ${BUSY_PATIENCE_MS}`);
    database.exec("PRAGMA journal_mode = WAL");
    database.exec(`PRAGMA synchronous = ${options.synchronous}`);
    database.exec("PRAGMA foreign_keys = ON");
    database.exec("PRAGMA temp_store = MEMORY");
    database.exec("PRAGMA cache_size = -8000");
    database.exec(`PRAGMA busy_timeout = ${BUSY_IN_SQLITE_MS}`);
    if (options.isReader) database.exec("PRAGMA query_only = ON");
  } catch (error) {
    database.close();
    throw error;
  }
  return database;
}

/**
 * Kysely's dialect over one libsql connection, which it opens. `begin immediate`, so that writers
 * queue early. What SQLite can't do now is thrown as a StoreUnavailableError.
 */
export function libsqlDialect(options: LibsqlConnectionOptions): Dialect {
  const connection = new LibsqlConnection(openLibsql(options), options);
  return {
    createAdapter: () => options.adapter ?? new SqliteAdapter(),
    createDriver: () => new LibsqlDriver(connection),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

/** One connection for all: a transaction holds it, and the others queue in order. */
class LibsqlDriver implements Driver {
  readonly #connection: LibsqlConnection;
  #held: Promise<void> = Promise.resolve();
  #release: (() => void) | undefined;

  constructor(connection: LibsqlConnection) {
    this.#connection = connection;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    const before = this.#held;
    let release: () => void = () => {};
    this.#held = new Promise((resolve) => {
      release = resolve;
    });
    await before;
    this.#release = release;
    return this.#connection;
  }

  async beginTransaction(): Promise<void> {
    // Only where a rollback has failed.
    this.#connection.rollback();
    await this.#connection.executeQuery(CompiledQuery.raw("begin immediate"));
  }

  async commitTransaction(): Promise<void> {
    await this.#connection.commit();
  }

  /** SQLite has rolled back by itself after some failures, such as that of a full disk. */
  async rollbackTransaction(): Promise<void> {
    this.#connection.rollback();
  }

  async releaseConnection(): Promise<void> {
    this.#release?.();
  }

  async destroy(): Promise<void> {
    this.#connection.close();
  }
}

class LibsqlConnection implements DatabaseConnection {
  readonly #database: InstanceType<typeof Libsql>;
  readonly #isReader: boolean;
  readonly #statements: StatementCounts;
  readonly #onUnavailable: (error: StoreUnavailableError) => void;
  readonly #prepared = new Map<string, PreparedStatement>();

  constructor(
    database: InstanceType<typeof Libsql>,
    {
      isReader = false,
      statements = { begun: 0, ended: 0 },
      onUnavailable,
    }: LibsqlConnectionOptions,
  ) {
    this.#database = database;
    this.#statements = statements;
    this.#isReader = isReader;
    this.#onUnavailable = onUnavailable;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    try {
      return this.#run(query);
    } catch (error) {
      if (isBusy(error) && !this.#database.inTransaction) return this.#whenFree(query, error);
      throw this.#failed(error);
    }
  }

  async commit(): Promise<void> {
    try {
      this.#run(CompiledQuery.raw("commit"));
    } catch (error) {
      throw this.#failed(error, isIoError(error));
    }
  }

  /** Does nothing outside a transaction: callers must get the error that made them roll back. */
  rollback(): void {
    if (!this.#database.inTransaction) return;
    try {
      this.#run(CompiledQuery.raw("rollback"));
    } catch (error) {
      this.#failed(error);
    }
  }

  async #whenFree<Row>(query: CompiledQuery, busy: unknown): Promise<QueryResult<Row>> {
    let error = busy;
    for (let waitedMs = 0; waitedMs < BUSY_PATIENCE_MS; waitedMs += BUSY_PAUSE_MS) {
      await pause(BUSY_PAUSE_MS);
      try {
        return this.#run(query);
      } catch (again) {
        error = again;
        if (!isBusy(again)) break;
      }
    }
    throw this.#failed(error);
  }

  #failed(caught: unknown, commitUnknown = false): unknown {
    // A change that wasn't made in a transaction: our mistake, and not the database's condition.
    if (this.#isReader && isReadOnly(caught)) return caught;
    const error = sqliteErrorOf(caught, commitUnknown);
    if (error instanceof StoreUnavailableError) this.#onUnavailable(error);
    return error;
  }

  #run<Row>(query: CompiledQuery): QueryResult<Row> {
    this.#statements.begun += 1;
    this.#statements.ended += 1;
    const { statement, columns } = this.#prepare(query.sql);
    const parameters = query.parameters.map((value) => (value === undefined ? null : value));
    if (columns) {
      const rows = statement.all(parameters) as (readonly unknown[])[];
      return { rows: rows.map((values) => rowOf(columns, values) as Row) };
    }
    const { changes } = statement.run(parameters);
    // A statement that was prepared before has the columns of then.
    if (SCHEMA_CHANGE.test(query.sql)) this.#prepared.clear();
    return { rows: [], numAffectedRows: BigInt(changes) };
  }

  streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error("Rows are not streamed: page through them instead.");
  }

  close(): void {
    this.#prepared.clear();
    this.#database.close();
  }

  #prepare(sql: string): PreparedStatement {
    const known = this.#prepared.get(sql);
    if (known) return known;
    if (this.#prepared.size >= PREPARED_STATEMENTS_MAX) {
      for (const oldest of this.#prepared.keys()) {
        this.#prepared.delete(oldest);
        break;
      }
    }
    const statement = this.#database.prepare(sql);
    const columns = statement.reader ? statement.columns().map(({ name }) => name) : undefined;
    if (columns) statement.raw();
    const made = { statement, columns };
    this.#prepared.set(sql, made);
    return made;
  }
}

/** Makes an object of a row's values: quicker here than across the border to native code. */
function rowOf(columns: readonly string[], values: readonly unknown[]): Record<string, unknown> {
  assert(values.length === columns.length, "A statement has other columns than when it was made.");
  const row: Record<string, unknown> = {};
  for (let at = 0; at < columns.length; at++) row[columns[at] ?? ""] = values[at];
  return row;
}
