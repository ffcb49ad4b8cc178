import { pageToken, readPageToken } from "../../kernel/page-token.ts";
import { validationError } from "./errors.ts";

/** Source: IAM API reference, `MaxItems`. */
const DEFAULT_MAX_ITEMS = 100;

export interface PageInput {
  readonly Marker?: string | undefined;
  readonly MaxItems?: number | undefined;
}

/** The members that every paginated answer has. */
export interface PageOutput {
  readonly IsTruncated: boolean;
  readonly Marker?: string;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly output: PageOutput;
}

/**
 * Reads one page of a list. `fetch` gives up to `limit` items whose key comes after `after`, in
 * the order of `keyOf`; the marker is the last key of the page, so a page stays right while items
 * come and go.
 */
export async function readPage<T>(
  input: PageInput,
  fetch: (after: string | undefined, limit: number) => Promise<readonly T[]> | readonly T[],
  keyOf: (item: T) => string,
): Promise<Page<T>> {
  const limit = input.MaxItems ?? DEFAULT_MAX_ITEMS;
  const after = input.Marker === undefined ? undefined : keyIn(input.Marker);
  const found = await fetch(after, limit + 1);
  const items = found.slice(0, limit);
  const last = items.at(-1);
  if (found.length <= limit || last === undefined) return { items, output: { IsTruncated: false } };
  return { items, output: { IsTruncated: true, Marker: pageToken(MARK, [keyOf(last)]) } };
}

/** A page of a list that is in memory, sorted by `keyOf`. */
export function pageOf<T>(
  input: PageInput,
  sorted: readonly T[],
  keyOf: (item: T) => string,
): Promise<Page<T>> {
  const fetch = (after: string | undefined, limit: number) => {
    const from = after === undefined ? 0 : sorted.findIndex((item) => keyOf(item) > after);
    return from < 0 ? [] : sorted.slice(from, from + limit);
  };
  return readPage(input, fetch, keyOf);
}

/** Short, since a marker may have no more than 320 characters. */
const MARK = "1";

function keyIn(marker: string): string {
  const place = readPageToken(marker, MARK, ["string"]);
  if (!place) throw validationError("Invalid Marker.");
  return place[0];
}
