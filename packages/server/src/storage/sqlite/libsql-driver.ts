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
import Libsql from "libsql";

/** Distinct statements kept prepared per connection; the oldest go first. */
const PREPARED_STATEMENTS_MAX = 1_000;

type Statement = ReturnType<InstanceType<typeof Libsql>["prepare"]>;

export interface LibsqlConnectionOptions {
  readonly file: string;
  /** NORMAL: a commit is in the log, which somebody else forces to the disk. OFF: nobody does. */
  readonly synchronous: "NORMAL" | "OFF";
}

/** Opens a connection in WAL mode: one writer, readers that don't wait for it. */
export function openLibsql(options: LibsqlConnectionOptions): InstanceType<typeof Libsql> {
  const database = new Libsql(options.file);
  database.exec("PRAGMA busy_timeout = 5000");
  database.exec("PRAGMA journal_mode = WAL");
  database.exec(`PRAGMA synchronous = ${options.synchronous}`);
  database.exec("PRAGMA foreign_keys = ON");
  database.exec("PRAGMA temp_store = MEMORY");
  database.exec("PRAGMA cache_size = -8000");
  return database;
}

/** Kysely's dialect over one libsql connection. `begin immediate`, so that writers queue early. */
export function libsqlDialect(database: InstanceType<typeof Libsql>): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new LibsqlDriver(database),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

/** One connection for all; whoever runs a transaction holds it, the others queue in order. */
class LibsqlDriver implements Driver {
  readonly #connection: LibsqlConnection;
  #held: Promise<void> = Promise.resolve();
  #release: (() => void) | undefined;

  constructor(database: InstanceType<typeof Libsql>) {
    this.#connection = new LibsqlConnection(database);
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

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw("begin immediate"));
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw("commit"));
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw("rollback"));
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
  readonly #prepared = new Map<string, { statement: Statement; reader: boolean }>();

  constructor(database: InstanceType<typeof Libsql>) {
    this.#database = database;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const { statement, reader } = this.#prepare(query.sql);
    const parameters = query.parameters.map((value) => (value === undefined ? null : value));
    if (reader) return { rows: statement.all(parameters) as Row[] };
    const { changes } = statement.run(parameters);
    return { rows: [], numAffectedRows: BigInt(changes) };
  }

  streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error("Rows are not streamed: page through them instead.");
  }

  close(): void {
    this.#prepared.clear();
    this.#database.close();
  }

  #prepare(sql: string): { statement: Statement; reader: boolean } {
    const known = this.#prepared.get(sql);
    if (known) return known;
    if (this.#prepared.size >= PREPARED_STATEMENTS_MAX) {
      for (const oldest of this.#prepared.keys()) {
        this.#prepared.delete(oldest);
        break;
      }
    }
    const statement = this.#database.prepare(sql);
    const made = { statement, reader: statement.reader };
    this.#prepared.set(sql, made);
    return made;
  }
}
