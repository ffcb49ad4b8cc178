import { type RawBuilder, type SqlBool, sql } from "kysely";
import { markOf, pageToken, readPageToken } from "../page-token.ts";

/**
 * The place at which a page ended: lists are in the order of creation, equal times in the order of
 * ids.
 */
export interface PagePosition {
  readonly createdAtMs: number;
  readonly id: string;
}

/** A page of rows and the token that continues after it; none on the last page. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly nextToken: string | undefined;
}

/**
 * Cuts what was read (one row more than a page shows that there is another) to a page. `scope`
 * is the operation with its filters: a token continues only the list that gave it.
 */
export function pageOf<Row>(
  read: readonly Row[],
  maxResults: number,
  scope: readonly string[],
  positionOf: (row: Row) => PagePosition,
): Page<Row> {
  const rows = read.slice(0, maxResults);
  const last = rows.at(-1);
  if (read.length <= maxResults || last === undefined) return { rows, nextToken: undefined };
  const { createdAtMs, id } = positionOf(last);
  return { rows, nextToken: pageToken(markOf(scope), [createdAtMs, id]) };
}

/** The position of a resource's row. */
export function positionOf(row: {
  readonly created_at_ms: number;
  readonly id: string;
}): PagePosition {
  return { createdAtMs: row.created_at_ms, id: row.id };
}

/** The rows after a position in a list that begins with the oldest. */
export function isAfter({ createdAtMs, id }: PagePosition, idColumn = "id"): RawBuilder<SqlBool> {
  return sql`(created_at_ms, ${sql.ref(idColumn)}) > (${createdAtMs}, ${id})`;
}

/** The rows after a position in a list that begins with the newest. */
export function isBefore({ createdAtMs, id }: PagePosition, idColumn = "id"): RawBuilder<SqlBool> {
  return sql`(created_at_ms, ${sql.ref(idColumn)}) < (${createdAtMs}, ${id})`;
}

/** The position in a caller's token; undefined for a token of another list, or none of ours. */
export function positionIn(token: string, scope: readonly string[]): PagePosition | undefined {
  const place = readPageToken(token, markOf(scope), ["number", "string"]);
  return place && { createdAtMs: place[0], id: place[1] };
}
