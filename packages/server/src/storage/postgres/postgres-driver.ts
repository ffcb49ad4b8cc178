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
import type pg from "pg";
import { StoreUnavailableError } from "../../kernel/store.ts";
import type { StatementCounts } from "../transaction-watch.ts";
import { storeErrorOf, unconnected, unreachable, wasNotSent } from "./postgres-errors.ts";

/** Knows how the database does. */
export interface DatabaseWatch {
  /** Hears of what a failure says of the whole database. */
  note(error: StoreUnavailableError): void;
  /** The error of whatever would wait in vain for a new connection. */
  refusal(): StoreUnavailableError | undefined;
  readonly statements?: StatementCounts;
  /** One for all connections to a database, by which what is kept of it is found. */
  readonly adapter?: PostgresAdapter;
}

const UNWATCHED: DatabaseWatch = { note: () => {}, refusal: () => undefined };

/** Kysely's dialect over a pool. With `collate`, text columns are made to sort by their bytes. */
export function postgresDialect(
  pool: pg.Pool,
  collate: boolean,
  watch: DatabaseWatch = UNWATCHED,
): Dialect {
  return {
    createAdapter: () => watch.adapter ?? new PostgresAdapter(),
    createDriver: () => new PostgresDriver(pool, watch),
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
  readonly #watch: DatabaseWatch;

  constructor(pool: pg.Pool, watch: DatabaseWatch) {
    this.#pool = pool;
    this.#watch = watch;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<PostgresConnection> {
    const refusal = this.#pool.idleCount === 0 ? this.#watch.refusal() : undefined;
    if (refusal) throw refusal;
    try {
      return new PostgresConnection(await this.#pool.connect(), this.#watch);
    } catch (caught) {
      // All are in use: that says nothing of the database.
      const isExhausted = this.#pool.totalCount >= this.#pool.options.max;
      const error = isExhausted ? unreachable(caught) : unconnected(caught);
      this.#watch.note(error);
      throw error;
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
  readonly #watch: DatabaseWatch;
  /** Whatever state it is in, it must not be used any more. */
  #broken = false;
  /** A transaction that stood still may yet go on: its statements would be no part of one. */
  #isOver = false;

  constructor(client: pg.PoolClient, watch: DatabaseWatch) {
    this.#client = client;
    this.#watch = watch;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    assert(!this.#isOver, "a statement comes after its transaction was rolled back");
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
      if (!(error instanceof StoreUnavailableError) || wasNotSent(error.cause)) throw error;
      const { message, cause, condition } = error;
      throw new StoreUnavailableError(message, { cause, condition, commitUnknown: true });
    }
    // PostgreSQL's way to say that a statement had failed and the transaction went on.
    assert(command === "COMMIT", "a transaction went on after one of its statements had failed");
  }

  async rollback(): Promise<void> {
    this.#isOver = true;
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
    const { statements } = this.#watch;
    if (statements) statements.begun += 1;
    try {
      return await this.#client.query(text, [...values]);
    } catch (caught) {
      const error = storeErrorOf(caught);
      if (error instanceof StoreUnavailableError) {
        this.#broken = true;
        this.#watch.note(error);
      }
      throw error;
    } finally {
      if (statements) statements.ended += 1;
    }
  }
}
