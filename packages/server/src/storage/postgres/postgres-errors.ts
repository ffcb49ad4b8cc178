import pg from "pg";
import { AwsError } from "../../kernel/aws-error.ts";
import { StoreUnavailableError } from "../../kernel/store.ts";
import { UnusableDatabaseError } from "../unusable-database-error.ts";

/*
 * PostgreSQL's SQLSTATEs, from its documentation, appendix A. CockroachDB and YugabyteDB use the
 * same ones.
 */

/**
 * serialization_failure and deadlock_detected. unique_violation, duplicate_table and
 * duplicate_object (a table's type) too: of two transactions that look for a row or a table, find
 * none and make it, the second may fail with these instead.
 */
const RETRIED = new Set(["40001", "40P01", "23505", "42P07", "42710"]);
const LOCK_NOT_AVAILABLE = "55P03";
const QUERY_CANCELED = "57014";
const DISK_FULL = "53100";
const READ_ONLY = "25006";
/** data_corrupted, index_corrupted. */
const DAMAGED = new Set(["XX001", "XX002"]);
/** idle_in_transaction_session_timeout: PostgreSQL says it before it has read what we sent next. */
const IDLE_TOO_LONG = "25P03";
/** insufficient_privilege, invalid_schema_name. */
const UNUSABLE = new Set(["42501", "3F000"]);
/** admin_shutdown, crash_shutdown, idle_session_timeout. */
const SESSION_ENDED = new Set([IDLE_TOO_LONG, "57P01", "57P02", "57P05"]);
/** The driver's words if nothing was sent, since it knew the connection to be lost. */
const NOT_SENT = /is not queryable$/;
const CONNECTION_LOST = /^Connection terminated|ECONNRESET|EPIPE/;
const UNTRANSLATABLE = new Set(["22021", "22P05"]);
/** Connection exceptions, wrong authorisation, no such database, no resources, shutting down. */
const UNAVAILABLE = /^(?:08|28|3D|53|57P)/;

/** A transaction that failed with it may well succeed when it is run again. */
export function isRetried(error: unknown): boolean {
  return error instanceof pg.DatabaseError && RETRIED.has(error.code ?? "");
}

/** A statement waited too long for a lock of another node's transaction. */
export function isLockTimeout(error: unknown): boolean {
  if (!(error instanceof StoreUnavailableError)) return false;
  return error.cause instanceof pg.DatabaseError && error.cause.code === LOCK_NOT_AVAILABLE;
}

/** The session is over, and nothing of its transaction has been kept: another one may do it. */
export function isSessionEnd(error: unknown): boolean {
  if (!(error instanceof StoreUnavailableError) || error.commitUnknown) return false;
  const { cause } = error;
  if (cause instanceof pg.DatabaseError) return SESSION_ENDED.has(cause.code ?? "");
  return cause instanceof Error && (CONNECTION_LOST.test(cause.message) || wasNotSent(cause));
}

/** The server can't have seen what failed with `error`: not even a commit has happened. */
export function wasNotSent(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return error.code === IDLE_TOO_LONG;
  return error instanceof Error && NOT_SENT.test(error.message);
}

/** Turns what the driver throws into the kernel's errors; our own bugs stay as they are. */
export function storeErrorOf(error: unknown): unknown {
  if (!(error instanceof pg.DatabaseError)) return unreachable(error);
  const code = error.code ?? "";
  if (code === DISK_FULL)
    return new StoreUnavailableError(
      "The disk of the database is full: make room where PostgreSQL keeps its data, then try again.",
      { cause: error, condition: "full" },
    );
  if (code === READ_ONLY) return readOnly(error);
  if (DAMAGED.has(code))
    return new StoreUnavailableError(
      "The database is damaged: look at PostgreSQL's log, and restore a backup.",
      { cause: error, condition: "damaged" },
    );
  if (UNAVAILABLE.test(code)) return unreachable(error, `${error.message} (${code})`);
  if (code === QUERY_CANCELED)
    return new StoreUnavailableError("The database took too long to answer.", { cause: error });
  if (code === LOCK_NOT_AVAILABLE)
    return new StoreUnavailableError(
      "The database is busy: a change of another node holds a lock for too long.",
      { cause: error },
    );
  if (code === IDLE_TOO_LONG) return unreachable(error, `${error.message} (${code})`);
  if (UNTRANSLATABLE.has(code))
    return new AwsError(
      "InvalidParameterValue",
      "A value holds a character that the database can't keep: U+0000.",
      { status: 400 },
    );
  return error;
}

/**
 * Makes the error of a connection that failed. The driver's errors name the host at most; user and
 * password are in none.
 */
export function unreachable(cause: unknown, detail = detailOf(cause)): StoreUnavailableError {
  return new StoreUnavailableError(`The database can't be reached: ${detail}`, { cause });
}

export function readOnly(cause?: unknown): StoreUnavailableError {
  return new StoreUnavailableError(
    "The database takes no changes: it is a standby, or read-only. Give the URL of the primary.",
    { cause, condition: "unavailable" },
  );
}

/** Turns an error of a start into one that says which rights or schemas are missing. */
export function openErrorOf(error: unknown): unknown {
  if (!(error instanceof pg.DatabaseError) || !UNUSABLE.has(error.code ?? "")) return error;
  return new UnusableDatabaseError(
    `The database can't be used: ${error.message} (${error.code}). Let its user create tables in the schema that the URL names.`,
    { cause: error },
  );
}

/** No connection can be made, whatever it is for. */
export function unconnected(cause: unknown): StoreUnavailableError {
  const { message } = unreachable(cause);
  return new StoreUnavailableError(message, { cause, condition: "unavailable" });
}

/** A host with several addresses fails with an AggregateError that says nothing itself. */
function detailOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(detailOf).join(", ");
  return error instanceof Error ? error.message : String(error);
}
