import { createHash } from "node:crypto";
import { type RawBuilder, type SqlBool, sql } from "kysely";
import { validation } from "./errors.ts";

/** Where a page ended: lists are in the order of creation, equal times in the order of ids. */
export interface PagePosition {
  readonly createdAtMs: number;
  readonly id: string;
}

/** A page of rows and the token that continues after it; none on the last page. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly nextToken: string | undefined;
}

const SCOPE_LENGTH = 12;

/**
 * Cuts what was read (one row more than a page tells that there is another) to a page. `scope`
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
  const text = JSON.stringify([scopeMark(scope), createdAtMs, id]);
  return { rows, nextToken: Buffer.from(text).toString("base64url") };
}

/** The position of a resource's row. */
export function positionOf(row: {
  readonly created_at_ms: number;
  readonly id: string;
}): PagePosition {
  return { createdAtMs: row.created_at_ms, id: row.id };
}

/** The rows behind a position in a list that begins with the oldest. */
export function isAfter({ createdAtMs, id }: PagePosition, idColumn = "id"): RawBuilder<SqlBool> {
  return sql`(created_at_ms, ${sql.ref(idColumn)}) > (${createdAtMs}, ${id})`;
}

/** The rows behind a position in a list that begins with the newest. */
export function isBefore({ createdAtMs, id }: PagePosition, idColumn = "id"): RawBuilder<SqlBool> {
  return sql`(created_at_ms, ${sql.ref(idColumn)}) < (${createdAtMs}, ${id})`;
}

/** The position in a caller's token. Throws ValidationException on a token of another list. */
export function readPageToken(
  token: string | undefined,
  scope: readonly string[],
): PagePosition | undefined {
  if (token === undefined || token === "") return undefined;
  const fields = parseFields(Buffer.from(token, "base64url").toString());
  const [mark, createdAtMs, id] = fields;
  if (mark !== scopeMark(scope) || typeof createdAtMs !== "number" || typeof id !== "string")
    throw validation("Invalid nextToken");
  return { createdAtMs, id };
}

function parseFields(text: string): readonly unknown[] {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

function scopeMark(scope: readonly string[]): string {
  const hash = createHash("sha256").update(JSON.stringify(scope));
  return hash.digest("base64url").slice(0, SCOPE_LENGTH);
}
