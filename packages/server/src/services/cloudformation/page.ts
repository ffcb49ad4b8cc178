import { markOf, pageToken, readPageToken } from "../../kernel/page-token.ts";
import { validation } from "./errors.ts";

/** Source: API reference, "up to 1 MB"; ours is a number of rows, as AWS's own pages are. */
const PAGE_SIZE = 100;

interface Page<Row> {
  readonly rows: readonly Row[];
  readonly rest: { readonly NextToken?: string };
}

/**
 * A page of rows in the order of a number. `read` gives the first rows whose number comes after
 * `after`, undefined for the first page; `list` names the list with its filters, which a token is
 * for. Throws ValidationError.
 */
export async function pageByNumber<Row>(
  token: string | undefined,
  list: readonly unknown[],
  read: (after: number | undefined, limit: number) => Promise<readonly Row[]>,
  numberOf: (row: Row) => number,
  size = PAGE_SIZE,
): Promise<Page<Row>> {
  const mark = markOf(list);
  const place = token === undefined ? undefined : readPageToken(token, mark, ["number"]);
  if (token !== undefined && !place) throw validation("The specified NextToken is invalid.");
  const found = await read(place?.[0], size + 1);
  return pageOf(found, size, mark, numberOf);
}

/** A page of rows in the order of a text. Throws ValidationError. */
export async function pageByText<Row>(
  token: string | undefined,
  list: readonly unknown[],
  read: (after: string, limit: number) => Promise<readonly Row[]>,
  textOf: (row: Row) => string,
  size = PAGE_SIZE,
): Promise<Page<Row>> {
  const mark = markOf(list);
  const place = token === undefined ? undefined : readPageToken(token, mark, ["string"]);
  if (token !== undefined && !place) throw validation("The specified NextToken is invalid.");
  const found = await read(place?.[0] ?? "", size + 1);
  return pageOf(found, size, mark, textOf);
}

function pageOf<Row>(
  found: readonly Row[],
  size: number,
  mark: string,
  placeOf: (row: Row) => string | number,
): Page<Row> {
  const rows = found.slice(0, size);
  const last = rows.at(-1);
  const isLast = found.length === rows.length || last === undefined;
  return { rows, rest: isLast ? {} : { NextToken: pageToken(mark, [placeOf(last)]) } };
}
