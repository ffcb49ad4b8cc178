import {
  type CompiledQuery,
  HandleEmptyInListsPlugin,
  Kysely,
  type LogEvent,
  PostgresAdapter,
  replaceWithNoncontingentExpression,
  sql,
} from "kysely";
import type pg from "pg";
import { randomIds } from "../../kernel/ids.ts";
import {
  type Store,
  StoreUnavailableError,
  type Tables,
  type Transaction,
  type TransactionOptions,
} from "../../kernel/store.ts";
import { pause } from "../../kernel/work/timers.ts";
import { CommitGroups } from "../commit-groups.ts";
import { migrate, OWN_TABLES, touch } from "../migrate.ts";
import { PatientTransactions } from "../patient-transactions.ts";
import type { OpenedStore, StoreSchema } from "../store.ts";
import { StoreMonitor } from "../store-monitor.ts";
import { UnusableDatabaseError } from "../unusable-database-error.ts";
import { type DatabaseWatch, postgresDialect } from "./postgres-driver.ts";
import {
  isLockTimeout,
  isRetried,
  isSessionEnd,
  openErrorOf,
  readOnly,
  unreachable,
} from "./postgres-errors.ts";
import { openPool, type PoolPurpose } from "./postgres-pool.ts";
import { RecordedSchema } from "./recorded-schema.ts";

export interface SharedDatabase {
  /** `postgres://…`. */
  readonly url: string;
}

/** Reads are single statements, so no read waits for another connection while holding one. */
const READERS_MAX = 10;

/**
 * As on SQLite, a node's transactions run one after the other, in the order in which they were
 * asked for; those of other nodes run beside them. More of them would mostly fail on each other.
 */
const WRITERS_MAX = 1;

const ATTEMPTS_MAX = 20;
/** Then its halves try, one after the other: they hold fewer rows, and are done sooner. */
const GROUP_ATTEMPTS_MAX = 3;
const FIRST_PAUSE_MS = 2;
const PAUSE_MAX_MS = 200;

/**
 * A node that stands still in a transaction holds its locks until PostgreSQL ends its session, 5
 * seconds later: by then a transaction has waited for a lock once or twice, 4 seconds each.
 */
const LOCK_WAITS_MAX = 4;
/** The session was ended under a transaction: another one is tried. */
const SESSIONS_MAX = 3;
/** Transactions after such a one wait as long as it may take. AWS's clients wait for a minute. */
const TURN_PATIENCE_MS = 20_000;

const newSchema = new RecordedSchema();

/** Opens a PostgreSQL database, or what speaks its protocol and its common SQL. */
export async function openPostgresStore(
  { url }: SharedDatabase,
  schema: StoreSchema,
): Promise<OpenedStore> {
  const pool = (purpose: PoolPurpose, connectionsMax: number) =>
    openPool({ url, purpose, connectionsMax, onIdleError });
  const collate = await migrateShared(pool("migrations", 1), schema);
  const pools = {
    reads: pool("reads", READERS_MAX),
    transactions: pool("transactions", WRITERS_MAX),
    checks: pool("checks", 1),
  };
  return new PostgresStore(pools, collate, schema.nowMs);
}

/** A connection that can't write, and doesn't look at the schema. */
export function openPostgresReader(url: string): Kysely<Tables> {
  return open(openPool({ url, purpose: "reads", connectionsMax: 1, onIdleError }), false);
}

function onIdleError(): void {
  // The pool has dropped the connection; the next one that is needed fails with the reason.
}

/** Brings the schema up to date. Resolves to whether text columns need an order of their own. */
async function migrateShared(pool: pg.Pool, schema: StoreSchema) {
  try {
    const collate = await sortsByLanguage(pool);
    const whole = newSchema.start(collate);
    const db = open(pool, collate, { ran: whole.ran });
    await retried(db, async (tx) => {
      const isNew = await migrate(tx, schema, whole);
      await schema.settle?.({ db: tx, isNew });
    });
    return collate;
  } catch (error) {
    throw openErrorOf(error);
  } finally {
    await pool.end();
  }
}

interface Watching {
  readonly watch?: DatabaseWatch;
  readonly ran?: (query: CompiledQuery) => void;
}

function open(pool: pg.Pool, collate: boolean, { watch, ran }: Watching = {}): Kysely<Tables> {
  const log = ran && (({ level, query }: LogEvent) => void (level === "query" && ran(query)));
  return new Kysely<Tables>({
    dialect: postgresDialect(pool, collate, watch),
    ...(log ? { log } : {}),
    plugins: [new HandleEmptyInListsPlugin({ strategy: replaceWithNoncontingentExpression })],
  });
}

/** True if the database doesn't order text by its bytes, in which B comes before a. */
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
    throw new UnusableDatabaseError(
      `The database must be encoded in UTF8; its server_encoding is ${encoding}. Make one with \`create database … encoding 'UTF8'\`.`,
    );
  return byLanguage;
}

interface Pools {
  readonly reads: pg.Pool;
  readonly transactions: pg.Pool;
  readonly checks: pg.Pool;
}

class PostgresStore implements OpenedStore {
  readonly shared = true;
  readonly db: Kysely<Tables>;
  readonly health: StoreMonitor;
  readonly #writer: Kysely<Tables>;
  readonly #checker: Kysely<Tables>;
  readonly #groups: CommitGroups;
  readonly #patient = new PatientTransactions((run, options) =>
    this.#groups.transaction(run, options),
  );

  constructor({ reads, transactions, checks }: Pools, collate: boolean, nowMs: () => number) {
    const watch: DatabaseWatch = {
      note: (error) => this.health.note(error),
      refusal: () => this.health.refusal(),
      adapter: new PostgresAdapter(),
    };
    this.db = open(reads, collate, { watch });
    const statements = { begun: 0, ended: 0 };
    this.#writer = open(transactions, collate, { watch: { ...watch, statements } });
    this.#checker = open(checks, collate);
    this.#groups = new CommitGroups({
      commit: (run, size) =>
        retried(this.#writer, run, size > 1 ? GROUP_ATTEMPTS_MAX : ATTEMPTS_MAX),
      statements,
      durable: async () => {},
      isRetried,
      patienceMs: TURN_PATIENCE_MS,
    });
    this.health = new StoreMonitor({
      write: () => this.#checker.transaction().execute(touch),
      ask: () => askWhetherWritable(checks),
      nowMs,
    });
  }

  transaction<R>(run: (tx: Transaction) => Promise<R>, options?: TransactionOptions): Promise<R> {
    if (options?.patient) return this.#patient.run(run, options);
    return this.#groups.transaction(run, options);
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
    this.#patient.close();
    await this.health.close();
    await this.db.destroy();
    await this.#writer.destroy();
    await this.#checker.destroy();
  }
}

/**
 * Runs a transaction again when it failed on another one, waited too long for another node's lock,
 * or lost its session; its place in the queue is kept.
 */
async function retried<R>(
  db: Kysely<Tables>,
  run: (tx: Kysely<Tables>) => Promise<R>,
  attemptsMax = ATTEMPTS_MAX,
): Promise<R> {
  let sessions = 1;
  let lockWaits = 0;
  for (let attempts = 1; ; attempts++) {
    try {
      return await db.transaction().execute(run);
    } catch (error) {
      if (isLockTimeout(error) && ++lockWaits < LOCK_WAITS_MAX) continue;
      if (isSessionEnd(error) && ++sessions <= SESSIONS_MAX) continue;
      if (!isRetried(error)) throw error;
      if (attempts < attemptsMax) {
        await pause(pauseMs(attempts));
        continue;
      }
      if (attempts >= ATTEMPTS_MAX)
        throw new StoreUnavailableError(
          `The database is busy: a change failed ${ATTEMPTS_MAX} times on changes of other nodes.`,
          { cause: error },
        );
      throw error;
    }
  }
}

/** Throws for a standby, and for a database that is set read-only: transactions can't write. */
async function askWhetherWritable(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query("show transaction_read_only");
  if (rows[0]?.transaction_read_only === "on") throw readOnly();
}

/** Grows, and differs between nodes that failed on each other. */
function pauseMs(attempts: number): number {
  const [chance = 0] = randomIds.bytes(1);
  return Math.min(PAUSE_MAX_MS, FIRST_PAUSE_MS * 2 ** attempts) * (0.5 + chance / 512);
}
