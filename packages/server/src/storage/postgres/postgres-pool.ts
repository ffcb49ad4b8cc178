import assert from "node:assert";
import pg from "pg";

const INT8_OID = 20;
const NUMERIC_OID = 1700;

/** A statement waits this long for a connection, and a connection for the server. */
const CONNECT_TIMEOUT_MS = 5_000;
/** The server ends a statement that takes longer; a request has one or a few of them. */
const STATEMENT_TIMEOUT_MS = 20_000;
/** A server that doesn't even say so is given up this much later. */
const ANSWER_DELAY_MS = 5_000;
/** A node that hangs in a transaction must not hold others up for longer. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 5_000;
/** A statement waits this long for a lock of another node's; its transaction is run again then. */
const LOCK_TIMEOUT_MS = 4_000;

/** A migration may work on every row, and waits for all transactions that use a table. */
const MIGRATION_TIMEOUT_MS = 0;
const MIGRATION_IDLE_TIMEOUT_MS = 60_000;

/** A question about the database's health. */
const CHECK_TIMEOUT_MS = 2_000;
/** A message between nodes: a node that can't send or get one soon has to know. */
const MESSAGE_TIMEOUT_MS = 3_000;

/** After this long without a word each side asks whether the other is still there. */
const KEEP_ALIVE_MS = 10_000;
/** The same for the server, and when it gives up. Databases that lack them are left alone. */
const SERVER_KEEP_ALIVE = [
  ["tcp_keepalives_idle", "10"],
  ["tcp_keepalives_interval", "3"],
  ["tcp_keepalives_count", "5"],
  ["tcp_user_timeout", "20000"],
] as const;

/**
 * Uses of connections: reads, which can't write; transactions; a schema's changes; a look;
 * messages between nodes.
 */
export type PoolPurpose = "reads" | "transactions" | "migrations" | "checks" | "messages";

interface Limits {
  readonly connectMs: number;
  readonly statementMs: number;
  readonly idleInTransactionMs: number;
  readonly lockMs: number;
}

const REQUEST_LIMITS: Limits = {
  connectMs: CONNECT_TIMEOUT_MS,
  statementMs: STATEMENT_TIMEOUT_MS,
  idleInTransactionMs: IDLE_IN_TRANSACTION_TIMEOUT_MS,
  lockMs: LOCK_TIMEOUT_MS,
};
const LIMITS: Readonly<Record<PoolPurpose, Limits>> = {
  reads: REQUEST_LIMITS,
  transactions: REQUEST_LIMITS,
  migrations: {
    connectMs: CONNECT_TIMEOUT_MS,
    statementMs: MIGRATION_TIMEOUT_MS,
    idleInTransactionMs: MIGRATION_IDLE_TIMEOUT_MS,
    lockMs: MIGRATION_TIMEOUT_MS,
  },
  checks: {
    connectMs: CHECK_TIMEOUT_MS,
    statementMs: CHECK_TIMEOUT_MS,
    idleInTransactionMs: CHECK_TIMEOUT_MS,
    lockMs: CHECK_TIMEOUT_MS,
  },
  messages: {
    connectMs: CONNECT_TIMEOUT_MS,
    statementMs: MESSAGE_TIMEOUT_MS,
    idleInTransactionMs: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    lockMs: MESSAGE_TIMEOUT_MS,
  },
};

export interface PostgresPoolOptions {
  readonly url: string;
  readonly connectionsMax: number;
  readonly purpose: PoolPurpose;
  /** A connection that wasn't in use broke; the next user gets another one. */
  readonly onIdleError: (error: Error) => void;
}

export function openPool(options: PostgresPoolOptions): pg.Pool {
  const { connectMs, statementMs, idleInTransactionMs, lockMs } = LIMITS[options.purpose];
  const keepAlive = SERVER_KEEP_ALIVE.map(([name, value]) => `('${name}', '${value}')`).join(", ");
  const settings = [
    `set statement_timeout = ${statementMs}`,
    `set idle_in_transaction_session_timeout = ${idleInTransactionMs}`,
    `set lock_timeout = ${lockMs}`,
    ...(options.purpose === "reads" ? ["set default_transaction_read_only = on"] : []),
    `select set_config(known.name, wanted.value, false) from pg_settings known
      join (values ${keepAlive}) wanted (name, value) on known.name = wanted.name`,
  ];
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.connectionsMax,
    application_name: "rolecast",
    connectionTimeoutMillis: connectMs,
    ...(statementMs === 0 ? {} : { query_timeout: statementMs + ANSWER_DELAY_MS }),
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    types: { getTypeParser },
    onConnect: (client) => client.query(settings.join("; ")),
  });
  pool.on("error", options.onIdleError);
  // In a transaction that is thinking, a lost connection has no statement that could fail.
  pool.on("connect", (client) => client.on("error", options.onIdleError));
  return pool;
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
