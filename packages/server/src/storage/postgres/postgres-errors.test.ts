import pg from "pg";
import { expect, test } from "vitest";
import { AwsError } from "../../kernel/aws-error.ts";
import { StoreUnavailableError } from "../../kernel/store.ts";
import { UnusableDatabaseError } from "../unusable-database-error.ts";
import {
  isLockTimeout,
  isRetried,
  isSessionEnd,
  openErrorOf,
  storeErrorOf,
  wasNotSent,
} from "./postgres-errors.ts";

/** The driver's error of a SQLSTATE. */
function errorOf(code: string): pg.DatabaseError {
  return Object.assign(new pg.DatabaseError("said so", 1, "error"), { code });
}

interface Meaning {
  /** The beginning of what is said; undefined if the error stays as it is. */
  readonly says?: string;
  /** The store's condition after it. */
  readonly condition?: string;
  readonly isRetried?: true;
  readonly isSessionEnd?: true;
  readonly isLockTimeout?: true;
  readonly wasNotSent?: true;
  /** At a start. */
  readonly isUnusable?: true;
}

const unreached = (code: string) => ({ says: `The database can't be reached: said so (${code})` });
const damaged: Meaning = {
  says: "The database is damaged: look at PostgreSQL's log, and restore a backup.",
  condition: "damaged",
};

/** PostgreSQL's documentation, appendix A. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  "40001": { isRetried: true },
  "40P01": { isRetried: true },
  "23505": { isRetried: true },
  "42P07": { isRetried: true },
  "42710": { isRetried: true },
  "55P03": {
    says: "The database is busy: a change of another node holds a lock for too long.",
    isLockTimeout: true,
  },
  "57014": { says: "The database took too long to answer." },
  "53100": { says: "The disk of the database is full: make room", condition: "full" },
  "25006": { says: "The database takes no changes: it is a standby", condition: "unavailable" },
  XX001: damaged,
  XX002: damaged,
  "25P03": { ...unreached("25P03"), isSessionEnd: true, wasNotSent: true },
  "57P01": { ...unreached("57P01"), isSessionEnd: true },
  "57P02": { ...unreached("57P02"), isSessionEnd: true },
  "57P05": { ...unreached("57P05"), isSessionEnd: true },
  "57P03": unreached("57P03"),
  "08006": unreached("08006"),
  "28P01": unreached("28P01"),
  "3D000": unreached("3D000"),
  "53300": unreached("53300"),
  "42501": { isUnusable: true },
  "3F000": { isUnusable: true },
  "22021": { says: "A value holds a character that the database can't keep: U+0000." },
  "22P05": { says: "A value holds a character that the database can't keep: U+0000." },
  // Bugs of ours, beside those that mean something.
  "40000": {},
  "40002": {},
  "23502": {},
  "42601": {},
  "22001": {},
  XX000: {},
  "5D3AA": {},
};

test.each(Object.entries(MEANINGS))("SQLSTATE %s is %o", (code, meaning) => {
  const error = errorOf(code);
  const store = storeErrorOf(error);
  expect(isRetried(error)).toBe(meaning.isRetried === true);
  expect(wasNotSent(error)).toBe(meaning.wasNotSent === true);
  expect(isSessionEnd(store)).toBe(meaning.isSessionEnd === true);
  expect(isLockTimeout(store)).toBe(meaning.isLockTimeout === true);
  expect(openErrorOf(error) instanceof UnusableDatabaseError).toBe(meaning.isUnusable === true);
  if (meaning.says === undefined) return void expect(store).toBe(error);
  expect((store as Error).message.slice(0, meaning.says.length)).toBe(meaning.says);
  if (store instanceof AwsError) return void expect(store.status).toBe(400);
  expect(store).toBeInstanceOf(StoreUnavailableError);
  expect((store as StoreUnavailableError).condition).toBe(meaning.condition);
});

test.each<[string, { readonly notSent?: boolean; readonly ended?: boolean }]>([
  [
    "Client has encountered a connection error and is not queryable",
    { notSent: true, ended: true },
  ],
  ["Connection terminated unexpectedly", { ended: true }],
  ["read ECONNRESET", { ended: true }],
  ["write EPIPE", { ended: true }],
  ["connect ECONNREFUSED", {}],
  ["The Connection terminated", {}],
  ["is not queryable at all", {}],
])(
  "the driver's words %j are of a lost connection",
  (message, { notSent = false, ended = false }) => {
    const error = new Error(message);
    const store = storeErrorOf(error);
    expect([wasNotSent(error), isSessionEnd(store)]).toEqual([notSent, ended]);
    expect((store as Error).message).toBe(`The database can't be reached: ${message}`);
    const unknown = new StoreUnavailableError("x", { cause: error, commitUnknown: true });
    expect(isSessionEnd(unknown)).toBe(false);
    expect(isSessionEnd(error)).toBe(false);
  },
);

test("a host with several addresses fails with all of their errors", () => {
  const both = new AggregateError([new Error("one"), new Error("two")]);
  expect((storeErrorOf(both) as Error).message).toBe("The database can't be reached: one, two");
});
