import { markOf, pageToken, readPageToken } from "../../../kernel/page-token.ts";
import { invalidNextToken } from "../errors.ts";

/** Rows that are read at once. */
const BATCH = 100;
/** Rows that one request looks at; AWS, too, may answer fewer than asked, with a token. */
const SCANNED_MAX = 2_000;

interface PageInput {
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

interface Source<Row, Item> {
  /** Names the list with its filters, all of which a token is for. */
  readonly scope: readonly unknown[];
  readonly defaultMax: number;
  /** The rows after a path, in order. */
  readonly read: (after: string, limit: number) => Promise<readonly (Row & { path: string })[]>;
  /** The row's item; undefined if it isn't in the list. */
  readonly pick: (row: Row) => Promise<Item | undefined> | Item | undefined;
}

/** A page of what remains of rows, and the token of the rest. Throws InvalidNextToken. */
export async function filterPage<Row, Item>(
  { MaxResults, NextToken }: PageInput,
  { scope, defaultMax, read, pick }: Source<Row, Item>,
): Promise<{ readonly items: Item[]; readonly rest: { readonly NextToken?: string } }> {
  const mark = markOf(scope);
  const max = MaxResults ?? defaultMax;
  const items: Item[] = [];
  let after = NextToken === undefined ? "" : placeIn(NextToken, mark);
  for (let scanned = 0; scanned < SCANNED_MAX; scanned += BATCH) {
    const rows = await read(after, BATCH);
    for (const row of rows) {
      const item = await pick(row);
      if (item === undefined) {
        after = row.path;
        continue;
      }
      if (items.length === max) return { items, rest: { NextToken: pageToken(mark, [after]) } };
      items.push(item);
      after = row.path;
    }
    if (rows.length < BATCH) return { items, rest: {} };
  }
  return { items, rest: { NextToken: pageToken(mark, [after]) } };
}

function placeIn(token: string, mark: string): string {
  const place = readPageToken(token, mark, ["string"]);
  if (!place) throw invalidNextToken();
  return place[0];
}
