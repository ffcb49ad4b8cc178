import assert from "node:assert";
import {
  type ColumnDefinitionNode,
  CompiledQuery,
  type DatabaseConnection,
  type DataTypeNode,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from "kysely";
import pg from "pg";
import { StoreUnavailableError } from "../../kernel/store.ts";
import { storeErrorOf } from "./postgres-errors.ts";

/** How long a statement waits for a connection, and a connection for the server. */
const CONNECT_TIMEOUT_MS = 5_000;
/** The server ends a statement that takes longer; a request has one or a few of them. */
const STATEMENT_TIMEOUT_MS = 20_000;
/** A server that doesn't even say so is given up a little later. */
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 5_000;
/** A process that hangs in a transaction must not hold others up for longer. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 60_000;

const INT8_OID = 20;
const NUMERIC_OID = 1700;

export interface PostgresPoolOptions {
  readonly url: string;
  readonly connectionsMax: number;
  readonly readOnly: boolean;
  /** A connection that nobody uses broke; the next user gets another one. */
  readonly onIdleError: (error: Error) => void;
}

export function openPool(options: PostgresPoolOptions): pg.Pool {
  const settings = [
    `set statement_timeout = ${STATEMENT_TIMEOUT_MS}`,
    `set idle_in_transaction_session_timeout = ${IDLE_IN_TRANSACTION_TIMEOUT_MS}`,
    ...(options.readOnly ? ["set default_transaction_read_only = on"] : []),
  ];
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.connectionsMax,
    application_name: "rolecast",
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
    keepAlive: true,
    types: { getTypeParser },
    onConnect: (client) => client.query(settings.join("; ")),
  });
  pool.on("error", options.onIdleError);
  // In a transaction that is thinking, a lost connection has no statement that could fail.
  pool.on("connect", (client) => client.on("error", options.onIdleError));
  return pool;
}

/** Kysely's dialect over a pool. With `collate`, text columns are made to sort by their bytes. */
export function postgresDialect(pool: pg.Pool, collate: boolean): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new PostgresDriver(pool),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PortableQueryCompiler(collate),
  };
}

/**
 * Gives column types the meaning that they have in SQLite: integers of 64 bits, and text in the
 * order of its bytes, which S3's listings and every marker of a page rely on.
 */
class PortableQueryCompiler extends PostgresQueryCompiler {
  readonly #collate: boolean;
  #inColumn = false;

  constructor(collate: boolean) {
    super();
    this.#collate = collate;
  }

  protected override visitColumnDefinition(node: ColumnDefinitionNode): void {
    this.#inColumn = true;
    super.visitColumnDefinition(node);
    this.#inColumn = false;
  }

  protected override visitDataType(node: DataTypeNode): void {
    const { dataType } = node;
    const own = this.#inColumn && typeof dataType === "string" ? this.#typeOf(dataType) : undefined;
    // A default of the column may hold a cast, to which none of this applies.
    this.#inColumn = false;
    if (own === undefined) super.visitDataType(node);
    else this.append(own);
  }

  #typeOf(dataType: string): string | undefined {
    switch (dataType) {
      case "integer":
        return "bigint";
      case "blob":
        return "bytea";
      case "text":
        return this.#collate ? 'text collate "C"' : undefined;
      default:
        return undefined;
    }
  }
}

class PostgresDriver implements Driver {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<PostgresConnection> {
    try {
      return new PostgresConnection(await this.#pool.connect());
    } catch (error) {
      throw storeErrorOf(error);
    }
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw("begin isolation level serializable"));
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    assert(connection instanceof PostgresConnection);
    await connection.commit();
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    assert(connection instanceof PostgresConnection);
    await connection.rollback();
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    assert(connection instanceof PostgresConnection);
    connection.release();
  }

  async destroy(): Promise<void> {
    await this.#pool.end();
  }
}

class PostgresConnection implements DatabaseConnection {
  readonly #client: pg.PoolClient;
  /** Whatever state it is in, nobody must use it any more. */
  #broken = false;

  constructor(client: pg.PoolClient) {
    this.#client = client;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const { rows, rowCount } = await this.#query(query.sql, query.parameters);
    return { rows: rows as Row[], numAffectedRows: BigInt(rowCount ?? 0) };
  }

  streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error("Rows are not streamed: page through them instead.");
  }

  async commit(): Promise<void> {
    let command: string;
    try {
      ({ command } = await this.#query("commit"));
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      const { message, cause } = error;
      throw new StoreUnavailableError(message, { cause, commitUnknown: true });
    }
    // PostgreSQL's way to say that a statement had failed and nobody minded.
    assert(command === "COMMIT", "a transaction went on after one of its statements had failed");
  }

  async rollback(): Promise<void> {
    if (this.#broken) return;
    try {
      await this.#query("rollback");
    } catch {
      // The server rolls back by itself; why we wanted to is what the caller must hear.
      this.#broken = true;
    }
  }

  release(): void {
    this.#client.release(this.#broken);
  }

  async #query(text: string, values: readonly unknown[] = []): Promise<pg.QueryResult> {
    try {
      return await this.#client.query(text, [...values]);
    } catch (caught) {
      const error = storeErrorOf(caught);
      if (error instanceof StoreUnavailableError) this.#broken = true;
      throw error;
    }
  }
}

/** 64-bit integers and sums come as text; ours are times, sizes and counts, which fit a number. */
function getTypeParser(oid: number, format?: "text" | "binary"): (text: string) => unknown {
  if (oid === INT8_OID || oid === NUMERIC_OID) return readNumber;
  return pg.types.getTypeParser(oid, format) as (text: string) => unknown;
}

function readNumber(text: string): number {
  const value = Number(text);
  assert(Number.isSafeInteger(value), `the database holds ${text}, which no number holds`);
  return value;
}
