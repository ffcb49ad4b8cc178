import { markOf, pageToken, readPageToken } from "../../kernel/page-token.ts";
import { invalidField } from "./errors.ts";
import { PAGE_SIZE_MAX } from "./quotas.ts";

export interface PageInput {
  readonly nextToken?: string | undefined;
  readonly maxResults?: number | undefined;
}

interface Page<Row> {
  readonly rows: readonly Row[];
  readonly rest: { readonly nextToken?: string };
}

/** The name of a row in its list, by which a page goes on after it. */
export type KeyOf<Row> = (row: Row) => readonly [sorted: string | number, id: string];

/**
 * A page of a sorted list. `list` names the list with its filters, which a token is for.
 *
 * @throws ValidationException
 */
export function pageOf<Row>(
  { nextToken, maxResults = PAGE_SIZE_MAX }: PageInput,
  list: readonly unknown[],
  sorted: readonly Row[],
  keyOf: KeyOf<Row>,
  isDescending = false,
): Page<Row> {
  if (maxResults < 1) throw invalidField("maxResults", "maxResults must be at least 1");
  const mark = markOf(list);
  const after = nextToken === undefined ? undefined : placeIn(nextToken, mark);
  const left = sorted.filter(
    (row) => after === undefined || isAfter(keyOf(row), after, isDescending),
  );
  const rows = left.slice(0, Math.min(maxResults, PAGE_SIZE_MAX));
  const last = rows.at(-1);
  const isLast = rows.length === left.length || last === undefined;
  return { rows, rest: isLast ? {} : { nextToken: pageToken(mark, keyOf(last)) } };
}

type Key = ReturnType<KeyOf<never>>;

/** Whether a row comes after another: ids always go up. */
export function isAfter([value, id]: Key, [other, otherId]: Key, isDescending: boolean): boolean {
  if (value === other) return id > otherId;
  return isDescending ? value < other : value > other;
}

function placeIn(token: string, mark: string): Key {
  const place =
    readPageToken(token, mark, ["string", "string"]) ??
    readPageToken(token, mark, ["number", "string"]);
  if (!place) throw invalidField("nextToken", "Invalid token");
  return place;
}
