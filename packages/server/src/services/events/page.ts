import { type SqlBool, sql } from "kysely";
import type { RequestContext } from "../../kernel/request-context.ts";
import { locationOf } from "./arns.ts";
import { validation } from "./errors.ts";

const PAGE_SIZE_MAX = 100;

/** Sorts behind every name, all of which are ASCII. */
const BEHIND_NAMES = "\u007f";

interface PageInput {
  readonly NextToken?: string | undefined;
  readonly Limit?: number | undefined;
}

/**
 * A page of rows in the order of their names, and the token that continues after it. `read` gives
 * the first rows whose names stand behind `after`.
 */
export async function pageByName<Row>(
  read: (after: string, limit: number) => Promise<readonly Row[]>,
  nameOf: (row: Row) => string,
  { NextToken, Limit = PAGE_SIZE_MAX }: PageInput,
): Promise<{ readonly rows: readonly Row[]; readonly NextToken: string | undefined }> {
  const after = NextToken === undefined ? "" : decode(NextToken);
  const found = await read(after, Limit + 1);
  const page = found.slice(0, Limit);
  const last = page.at(-1);
  const more = found.length > page.length && last !== undefined;
  return { rows: page, NextToken: more ? encode(nameOf(last)) : undefined };
}

/** Narrows a query to the names of a Region that begin with `prefix` and stand behind `after`. */
export function namesOf(context: RequestContext, prefix = "", after = "") {
  const { account_id, region } = locationOf(context);
  return sql<SqlBool>`account_id = ${account_id} and region = ${region} and name > ${after}
    and name >= ${prefix} and name < ${prefix + BEHIND_NAMES}`;
}

function encode(name: string): string {
  return Buffer.from(`after:${name}`).toString("base64url");
}

function decode(token: string): string {
  const text = Buffer.from(token, "base64url").toString();
  if (!text.startsWith("after:")) throw validation("Invalid NextToken.");
  return text.slice("after:".length);
}
