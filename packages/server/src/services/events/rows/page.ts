import { type SqlBool, sql } from "kysely";
import { pageToken, readPageToken } from "../../../kernel/page-token.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { locationOf } from "../arns.ts";
import { validation } from "../errors.ts";

const PAGE_SIZE_MAX = 100;
const MARK = "after";

/** Sorts after every name, all of which are ASCII. */
const AFTER_NAMES = "\u007f";

interface PageInput {
  readonly NextToken?: string | undefined;
  readonly Limit?: number | undefined;
}

/**
 * A page of rows in the order of their names, and the token that continues after it. `read` gives
 * the first rows whose names come after `after`.
 */
export async function pageByName<Row>(
  read: (after: string, limit: number) => Promise<readonly Row[]>,
  nameOf: (row: Row) => string,
  { NextToken, Limit = PAGE_SIZE_MAX }: PageInput,
): Promise<{ readonly rows: readonly Row[]; readonly NextToken: string | undefined }> {
  const after = NextToken === undefined ? "" : nameIn(NextToken);
  const found = await read(after, Limit + 1);
  const page = found.slice(0, Limit);
  const last = page.at(-1);
  const more = found.length > page.length && last !== undefined;
  return { rows: page, NextToken: more ? pageToken(MARK, [nameOf(last)]) : undefined };
}

/** Narrows a query to the names of a Region that begin with `prefix` and come after `after`. */
export function namesOf(context: RequestContext, prefix = "", after = "") {
  const { account_id, region } = locationOf(context);
  return sql<SqlBool>`account_id = ${account_id} and region = ${region} and name > ${after}
    and name >= ${prefix} and name < ${prefix + AFTER_NAMES}`;
}

function nameIn(token: string): string {
  const place = readPageToken(token, MARK, ["string"]);
  if (!place) throw validation("Invalid NextToken.");
  return place[0];
}
