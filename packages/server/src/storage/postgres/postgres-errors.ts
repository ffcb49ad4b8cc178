import pg from "pg";
import { AwsError } from "../../kernel/aws-error.ts";
import { StoreUnavailableError } from "../../kernel/store.ts";

/*
 * PostgreSQL's SQLSTATEs, from its documentation, appendix A. CockroachDB and YugabyteDB use the
 * same ones.
 */

/**
 * serialization_failure and deadlock_detected. unique_violation, duplicate_table and
 * duplicate_object (a table's type) too: of two transactions that look for a row or a table, find
 * none and make it, the second may be told so instead.
 */
const RETRIED = new Set(["40001", "40P01", "23505", "42P07", "42710"]);
const QUERY_CANCELED = "57014";
const UNTRANSLATABLE = new Set(["22021", "22P05"]);
/** Connection exceptions, wrong authorisation, no such database, out of resources, shutting down. */
const UNAVAILABLE = /^(?:08|28|3D|53|57P)/;

/** A transaction that failed with it may well succeed when it is run again. */
export function isRetried(error: unknown): boolean {
  return error instanceof pg.DatabaseError && RETRIED.has(error.code ?? "");
}

/** What the driver throws, as what the kernel knows; our own bugs stay as they are. */
export function storeErrorOf(error: unknown): unknown {
  if (!(error instanceof pg.DatabaseError)) return unreachable(error);
  const code = error.code ?? "";
  if (UNAVAILABLE.test(code)) return unreachable(error, `${error.message} (${code})`);
  if (code === QUERY_CANCELED)
    return new StoreUnavailableError("The database took too long to answer.", { cause: error });
  if (UNTRANSLATABLE.has(code))
    return new AwsError(
      "InvalidParameterValue",
      "A value holds a character that the database can't keep: U+0000.",
      { status: 400 },
    );
  return error;
}

/**
 * For one who tries a connection. The driver's errors name the host at most; user and password
 * are in none.
 */
export function unreachable(cause: unknown, detail = detailOf(cause)): StoreUnavailableError {
  return new StoreUnavailableError(`The database can't be reached: ${detail}`, { cause });
}

/** A host with several addresses fails with an AggregateError that says nothing itself. */
function detailOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(detailOf).join(", ");
  return error instanceof Error ? error.message : String(error);
}
