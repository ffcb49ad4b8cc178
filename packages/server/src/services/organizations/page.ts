import { markOf, pageToken, readPageToken } from "../../kernel/page-token.ts";
import { invalidInput } from "./errors.ts";
import { PAGE_SIZE } from "./quotas.ts";

export interface PageInput {
  readonly NextToken?: string | undefined;
  readonly MaxResults?: number | undefined;
}

/**
 * A page of rows in the order of a column. `read` gives the first rows whose column comes after
 * `after`; `list` names the list with its filters, which a token is for. @throws InvalidInput
 */
export async function pageOf<Row>(
  { NextToken, MaxResults = PAGE_SIZE }: PageInput,
  list: readonly unknown[],
  read: (after: string, limit: number) => Promise<readonly Row[]> | readonly Row[],
  columnOf: (row: Row) => string,
): Promise<{ readonly rows: readonly Row[]; readonly rest: { readonly NextToken?: string } }> {
  const mark = markOf(list);
  const found = await read(NextToken === undefined ? "" : placeIn(NextToken, mark), MaxResults + 1);
  const rows = found.slice(0, MaxResults);
  const last = rows.at(-1);
  const isLast = found.length === rows.length || last === undefined;
  return { rows, rest: isLast ? {} : { NextToken: pageToken(mark, [columnOf(last)]) } };
}

/** A page of a list that is in memory. */
export function pageOfList<Row>(
  input: PageInput,
  list: readonly unknown[],
  rows: readonly Row[],
  columnOf: (row: Row) => string,
) {
  const sorted = [...rows].sort((one, other) => (columnOf(one) < columnOf(other) ? -1 : 1));
  const read = (after: string, limit: number) =>
    sorted.filter((row) => columnOf(row) > after).slice(0, limit);
  return pageOf(input, list, read, columnOf);
}

function placeIn(token: string, mark: string): string {
  const place = readPageToken(token, mark, ["string"]);
  if (!place) throw invalidInput("INVALID_NEXT_TOKEN", "You provided an invalid NextToken.");
  return place[0];
}
