import { pageToken, readPageToken } from "../../kernel/page-token.ts";
import { invalidMarker } from "./errors.ts";

interface PageInput {
  readonly Limit?: number | undefined;
  readonly Marker?: string | undefined;
}

/**
 * A page of rows in the order of a column, and what its answer says of the rest. `read` gives the
 * first rows whose column comes after `after`. `mark` names the list. Throws
 * InvalidMarkerException.
 */
export async function pageOf<Row>(
  { Limit, Marker }: PageInput,
  mark: string,
  defaultLimit: number,
  read: (after: string, limit: number) => Promise<readonly Row[]>,
  columnOf: (row: Row) => string,
) {
  const limit = Limit ?? defaultLimit;
  const found = await read(Marker === undefined ? "" : placeIn(Marker, mark), limit + 1);
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  const isTruncated = found.length > rows.length && last !== undefined;
  return {
    rows,
    rest: isTruncated
      ? { NextMarker: pageToken(mark, [columnOf(last)]), Truncated: true }
      : { Truncated: false },
  };
}

function placeIn(marker: string, mark: string): string {
  const place = readPageToken(marker, mark, ["string"]);
  if (!place) throw invalidMarker();
  return place[0];
}
