import { type StoreCondition, StoreUnavailableError } from "../../kernel/store.ts";
import { UnusableDatabaseError } from "../unusable-database-error.ts";

/** SQLite's primary result codes (https://sqlite.org/rescode.html). */
const PERM = 3;
const BUSY = 5;
const LOCKED = 6;
const NOMEM = 7;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const PROTOCOL = 15;
const NOTADB = 26;

interface Failure {
  readonly condition: Exclude<StoreCondition, "ok"> | undefined;
  /** For callers and for `/_rolecast/health`. */
  readonly sentence: string;
  /** At the start: what is wrong with the file, and what to do. */
  readonly atStart: string;
}

const DISK_FULL: Failure = {
  condition: "full",
  sentence: "Rolecast's disk is full: make room where its data folder is, then try again.",
  atStart: "can't be written, because the disk is full. Make room there, then start again.",
};
const DAMAGED: Failure = {
  condition: "damaged",
  sentence:
    "Rolecast's database is damaged: stop the server and load a snapshot, or repair rolecast.db with SQLite's `.recover`.",
  atStart:
    "is damaged. Load a snapshot, or repair it with SQLite's `.recover`; the files beside it (-wal, -shm) belong to it.",
};
const OUT_OF_REACH: Failure = {
  condition: "unavailable",
  sentence:
    "Rolecast's database can't be read or written: look at the disk that holds its data folder, and at who may write there.",
  atStart:
    "can't be opened. It, and the files beside it (-wal, -shm), must be files that this user may read and write.",
};
const FAILURES: ReadonlyMap<number, Failure> = new Map([
  [FULL, DISK_FULL],
  [CORRUPT, DAMAGED],
  [
    NOTADB,
    {
      ...DAMAGED,
      atStart:
        "isn't an SQLite database. Put the right file there, load a snapshot, or choose another folder with --data.",
    },
  ],
  [CANTOPEN, OUT_OF_REACH],
  [PERM, OUT_OF_REACH],
  [
    READONLY,
    {
      ...OUT_OF_REACH,
      atStart:
        "is read-only. Let this user write it and the files beside it (-wal, -shm), or choose another folder with --data.",
    },
  ],
  [
    IOERR,
    {
      ...OUT_OF_REACH,
      atStart: "can't be read or written: the disk reports an error. Look at the system's log.",
    },
  ],
  ...[BUSY, LOCKED, PROTOCOL].map((code) => [code, heldByAnother()] as const),
  [
    NOMEM,
    {
      condition: undefined,
      sentence: "Rolecast's database has run out of memory: try again later.",
      atStart: "can't be opened: there isn't enough memory.",
    },
  ],
]);

/** Neither the file nor the settings are wrong. */
const PASSING = new Set([FULL, IOERR, NOMEM]);

function heldByAnother(): Failure {
  return {
    condition: undefined,
    sentence:
      "Another program holds the lock of Rolecast's database: close that program, then try again.",
    atStart: "is locked by another program. Close that program, then start again.",
  };
}

/** Turns what libsql throws into the kernel's errors; our own bugs stay as they are. */
export function sqliteErrorOf(error: unknown, commitUnknown = false): unknown {
  const failure = FAILURES.get(primaryCode(error) ?? -1);
  if (!failure) return error;
  const { condition, sentence } = failure;
  const message = `${sentence} (${nameOf(error)})`;
  return new StoreUnavailableError(message, { cause: error, condition, commitUnknown });
}

/**
 * The same for a start with the database `file`: what may pass by itself stays a
 * StoreUnavailableError, everything else becomes an UnusableDatabaseError.
 */
export function openErrorOf(caught: unknown, file: string): unknown {
  const error = caught instanceof StoreUnavailableError ? caught.cause : caught;
  const code = isForbidden(error) ? READONLY : (primaryCode(error) ?? -1);
  const failure = FAILURES.get(code);
  if (!failure) return caught;
  const message = `The database file ${file} ${failure.atStart} (${nameOf(error)})`;
  return PASSING.has(code)
    ? new StoreUnavailableError(message, { cause: error })
    : new UnusableDatabaseError(message, { cause: error });
}

/** The system lets us read the database, and not open its log for writing. */
function isForbidden(error: unknown): boolean {
  if (!(error instanceof Error) || !("code" in error)) return false;
  return error.code === "EACCES" || error.code === "EPERM" || error.code === "EROFS";
}

/** Whether another program holds the lock; it may be free in a moment. */
export function isBusy(error: unknown): boolean {
  const code = primaryCode(error);
  return code === BUSY || code === LOCKED;
}

/** Whether the disk reported an error; the fate of the commit in progress is unknown. */
export function isIoError(error: unknown): boolean {
  return primaryCode(error) === IOERR;
}

/** Whether the connection or the file takes no changes. */
export function isReadOnly(error: unknown): boolean {
  return primaryCode(error) === READONLY;
}

/** Extended codes have their primary one in the lowest byte. */
function primaryCode(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  if ("rawCode" in error && typeof error.rawCode === "number") return error.rawCode & 0xff;
  // A file that can't be opened at all: ConnectionFailed("Unable to open … : 14").
  const opening = /^ConnectionFailed\(.*: (\d+)"\)$/s.exec(error.message);
  return opening ? Number(opening[1]) & 0xff : undefined;
}

function nameOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" && error.code
    ? error.code
    : "SQLITE_CANTOPEN";
}
