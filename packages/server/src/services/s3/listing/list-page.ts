import { Turns } from "../../../kernel/work/turns.ts";
import type { GroupRange } from "../rows/group-keys.ts";
import { successorOf } from "../rows/key-order.ts";

/** The place at which a page begins. */
export interface PageStart {
  /** The text after which everything of the page sorts. */
  readonly after: string;
  /** `after` is a common prefix: nothing that has it is shown. */
  readonly skipPrefix: boolean;
}

/**
 * The place at which a listing begins that names a text to begin after. A text inside a common
 * prefix stands for all of it, as in S3: whatever else has that prefix isn't shown again.
 */
export function startAfter(text: string, prefix: string, delimiter: string): PageStart | undefined {
  if (text === "") return undefined;
  const group = text.startsWith(prefix) ? commonPrefixOf(text, prefix, delimiter) : undefined;
  return { after: group ?? text, skipPrefix: group !== undefined };
}

export interface PageRequest {
  readonly prefix: string;
  /** Empty: nothing is grouped. */
  readonly delimiter: string;
  readonly start: PageStart | undefined;
  /** Keys and common prefixes together. */
  readonly maxKeys: number;
}

export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly commonPrefixes: readonly string[];
  readonly truncated: boolean;
  /** The place at which the next page begins; undefined when this one is empty. */
  readonly next: PageStart | undefined;
}

/** A range of keys in their order: from `from` (excluded unless `inclusive`) to before `before`. */
export interface KeyRange<Row> {
  readonly from: string;
  readonly inclusive: boolean;
  readonly before: string | undefined;
  readonly limit: number;
  /** The row that was read last, where reading goes on after it: more may follow of its key. */
  readonly behind?: Row;
}

/**
 * Rows read at once when whole groups of them may be skipped: a few where groups are large, since
 * all but the first of a group are read for nothing, and more where most rows are listed.
 */
const GROUPING_BATCH_MIN = 2;
const GROUPING_BATCH_MAX = 256;
/** Above this, reading a row for nothing costs more than another statement saves. */
const ROWS_PER_ENTRY_MAX = 4;
/** Groups that one statement finds: a few where keys without a group stand between them. */
const GROUPS_AT_ONCE_MIN = 8;
const GROUPS_AT_ONCE_MAX = 64;

/** The tables that a listing is read from. */
export interface PageSource<Row> {
  readonly keyOf: (row: Row) => string;
  readonly readRows: (range: KeyRange<Row>) => Promise<readonly Row[]>;
  /** The first key of each group, and each key without one; undefined where that isn't known. */
  readonly readGroups: (range: GroupRange) => Promise<readonly string[] | undefined>;
}

/**
 * One page of a listing over rows in the order of their keys. Keys that share what stands before
 * the first delimiter after the prefix are one common prefix. Where that leaves out most of the
 * rows that were read, the next groups are looked for by their first keys alone.
 */
export async function listPage<Row>(
  { prefix, delimiter, start, maxKeys }: PageRequest,
  { keyOf, readRows, readGroups }: PageSource<Row>,
): Promise<Page<Row>> {
  const rows: Row[] = [];
  const commonPrefixes: string[] = [];
  const before = successorOf(prefix);
  let next: PageStart | undefined;
  let cursor: Cursor<Row> | undefined = firstCursor(prefix, start);
  let batchSize = GROUPING_BATCH_MIN;
  const turns = new Turns();
  let groupsAtOnce = 0;
  const done = (truncated: boolean) => ({ rows, commonPrefixes, truncated, next });
  if (maxKeys === 0) return done(false);
  while (cursor) {
    const count = rows.length + commonPrefixes.length;
    const wanted = maxKeys - count + 1;
    await turns.next();
    if (groupsAtOnce > 0 && cursor.inclusive) {
      const limit = Math.min(wanted, groupsAtOnce);
      const keys = await readGroups({ prefix, delimiter, from: cursor.from, before, limit });
      groupsAtOnce = keys ? Math.min(groupsAtOnce * 2, GROUPS_AT_ONCE_MAX) : 0;
      for (const key of keys ?? []) {
        if (rows.length + commonPrefixes.length === maxKeys) return done(true);
        const group = commonPrefixOf(key, prefix, delimiter);
        cursor = { from: key, inclusive: true };
        if (group === undefined) {
          groupsAtOnce = 0;
          break;
        }
        commonPrefixes.push(group);
        next = { after: group, skipPrefix: true };
        cursor = behindGroup(group);
        if (!cursor) return done(false);
      }
      if (groupsAtOnce > 0 && (keys?.length ?? 0) < limit) return done(false);
      continue;
    }
    const limit = delimiter === "" ? wanted : Math.min(wanted, batchSize);
    const batch: readonly Row[] = await readRows({ ...cursor, before, limit });
    let group: string | undefined;
    for (const row of batch) {
      const key = keyOf(row);
      if (group !== undefined && key.startsWith(group)) continue;
      if (rows.length + commonPrefixes.length === maxKeys) return done(true);
      group = commonPrefixOf(key, prefix, delimiter);
      if (group === undefined) rows.push(row);
      else commonPrefixes.push(group);
      next = { after: group ?? key, skipPrefix: group !== undefined };
    }
    if (batch.length < limit) return done(false);
    cursor = cursorAfter(batch, keyOf, group);
    const found = rows.length + commonPrefixes.length - count;
    batchSize = nextBatchSize(limit, found);
    if (delimiter !== "" && batchSize < limit) groupsAtOnce = GROUPS_AT_ONCE_MIN;
  }
  return done(false);
}

function nextBatchSize(read: number, found: number): number {
  if (read <= found * ROWS_PER_ENTRY_MAX) return Math.min(read * 2, GROUPING_BATCH_MAX);
  return Math.max(Math.floor(read / 2), GROUPING_BATCH_MIN);
}

type Cursor<Row> = Pick<KeyRange<Row>, "from" | "inclusive" | "behind">;

/** Undefined when nothing can follow. */
function firstCursor(prefix: string, start: PageStart | undefined): Cursor<never> | undefined {
  if (!start || isBefore(start.after, prefix)) return { from: prefix, inclusive: true };
  if (!start.skipPrefix) return { from: start.after, inclusive: false };
  const from = successorOf(start.after);
  return from === undefined ? undefined : { from, inclusive: true };
}

function cursorAfter<Row>(
  batch: readonly Row[],
  keyOf: (row: Row) => string,
  group: string | undefined,
): Cursor<Row> | undefined {
  const last = batch.at(-1);
  if (last === undefined) return undefined;
  const key = keyOf(last);
  if (group === undefined || !key.startsWith(group))
    return { from: key, inclusive: false, behind: last };
  return behindGroup(group);
}

function behindGroup(group: string): Cursor<never> | undefined {
  const from = successorOf(group);
  return from === undefined ? undefined : { from, inclusive: true };
}

function commonPrefixOf(key: string, prefix: string, delimiter: string): string | undefined {
  if (delimiter === "") return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.slice(0, at + delimiter.length);
}

/** In the order of UTF-8 bytes, which isn't JavaScript's. */
function isBefore(a: string, b: string): boolean {
  return Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0;
}
