import type { Kysely } from "kysely";

/** A set of tables of one service, as Kysely wants them: table name → row type. */
export type Tables = object;

/**
 * A running database transaction. Whatever is read or written through `db` is atomic;
 * `afterCommit` runs once the commit is durable and not at all when it is rolled back.
 */
export interface Transaction<T extends Tables = Tables> {
  readonly db: Kysely<T>;
  afterCommit(run: () => void): void;
  /** The same transaction, seen with another service's tables. */
  tables<U extends Tables>(): Transaction<U>;
}

/**
 * The port to the database. Transactions are serializable; `run` may be called again when the
 * database asks for a retry, so it must have no effect but on `tx`. A rejected `run` rolls back.
 */
export interface Store<T extends Tables = Tables> {
  /** Other nodes may write to the same database. */
  readonly shared: boolean;
  /** For reads outside a transaction: sees everything committed before. */
  readonly db: Kysely<T>;
  transaction<R>(run: (tx: Transaction<T>) => Promise<R>): Promise<R>;
  tables<U extends Tables>(): Store<U>;
}

/** A numbered step of a service's schema, in SQL that SQLite and PostgreSQL share. */
export interface Migration {
  /** `<service>/<four digits>-<what>`, e.g. `iam/0001-principals`. Never changed once landed. */
  readonly name: string;
  up(db: Kysely<Tables>): Promise<void>;
}

/**
 * The database can't do its work now: it isn't reached, or too many ask at once. The caller may
 * try again; what it answers is a 503 in its protocol's form. The message holds no secret.
 */
export class StoreUnavailableError extends Error {
  /** The connection broke while a commit was under way: it may have happened. */
  readonly commitUnknown: boolean;

  constructor(
    message: string,
    options: { readonly cause?: unknown; readonly commitUnknown?: boolean } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = "StoreUnavailableError";
    this.commitUnknown = options.commitUnknown ?? false;
  }
}
