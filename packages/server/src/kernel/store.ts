import type { Kysely } from "kysely";

/** A set of tables of one service, as Kysely wants them: table name → row type. */
export type Tables = object;

/**
 * A running database transaction. All reads and writes through `db` are atomic;
 * `afterCommit` runs once the commit is durable and not at all when it is rolled back.
 */
export interface Transaction<T extends Tables = Tables> {
  readonly db: Kysely<T>;
  /** The commit of an earlier attempt at a repeatable change may have happened. */
  readonly isInDoubt?: boolean;
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
  transaction<R>(run: (tx: Transaction<T>) => Promise<R>, options?: TransactionOptions): Promise<R>;
  tables<U extends Tables>(): Store<U>;
}

export interface TransactionOptions {
  /**
   * The change waits for its turn as long as it takes, and lets changes of callers go first: what
   * happened to a stream must not be lost because many happened at once, or while the database was
   * away. Whoever asks for it bounds how many wait. Other changes are refused when they wait for
   * too long, or can't be made.
   */
  readonly patient?: boolean;
  /**
   * The patient change is made again, too, when it isn't known whether its commit has happened:
   * with `isInDoubt`, after which the database has to be the same either way.
   */
  readonly repeatable?: boolean;
}

/**
 * Reads of one piece of work. A request's context is one, and reads inside its transaction; work
 * that no request asked for, such as authentication, reads by `readerOf` the store.
 */
export interface Reader {
  /** True if reads may yet be rolled back, so that nothing read may be cached. */
  readonly inTransaction: boolean;
  db<T extends Tables>(): Kysely<T>;
}

/** A reader of what is committed. */
export function readerOf(store: Store): Reader {
  return { inTransaction: false, db: <T extends Tables>() => store.tables<T>().db };
}

/** A reader of what a transaction sees. */
export function readerIn(tx: Pick<Transaction, "tables">): Reader {
  return { inTransaction: true, db: <T extends Tables>() => tx.tables<T>().db };
}

/** A numbered step of a service's schema, in SQL that SQLite and PostgreSQL share. */
export interface Migration {
  /** `<service>/<four digits>-<what>`, e.g. `iam/0001-principals`. Never changed once landed. */
  readonly name: string;
  up(db: Kysely<Tables>): Promise<void>;
}

/**
 * The database's condition. `full`: its disk has no room for changes. `unavailable`: it can't be
 * reached or written, and may recover by itself. `damaged`: its file is, and a restart doesn't
 * help. `failed`: this process can't write any more, but the next one may.
 */
export type StoreCondition = "ok" | "full" | "unavailable" | "damaged" | "failed";

export interface StoreState {
  readonly condition: StoreCondition;
  /** Why, and what to do; undefined while all is well. */
  readonly message: string | undefined;
}

interface StoreUnavailableOptions {
  readonly cause?: unknown;
  readonly commitUnknown?: boolean;
  readonly condition?: Exclude<StoreCondition, "ok"> | undefined;
}

/**
 * The database can't work now: it isn't reached, its disk is full, or too many ask at once. The
 * caller is answered 503 in its protocol's form and may try again. The message holds no secret.
 */
export class StoreUnavailableError extends Error {
  /** The connection or the disk failed while a commit was under way: it may have happened. */
  readonly commitUnknown: boolean;
  /** The database's condition by this failure; undefined where it concerns this request alone. */
  readonly condition: Exclude<StoreCondition, "ok"> | undefined;

  constructor(message: string, options: StoreUnavailableOptions = {}) {
    super(message, { cause: options.cause });
    this.name = "StoreUnavailableError";
    this.commitUnknown = options.commitUnknown ?? false;
    this.condition = options.condition;
  }
}
