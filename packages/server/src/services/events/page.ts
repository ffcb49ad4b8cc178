import { validation } from "./errors.ts";

const PAGE_SIZE_MAX = 100;

/** A page of rows in the order of their names, and the token that continues after it. */
export function pageByName<Row>(
  rows: readonly Row[],
  nameOf: (row: Row) => string,
  {
    NextToken,
    Limit = PAGE_SIZE_MAX,
  }: { NextToken?: string | undefined; Limit?: number | undefined },
): { readonly rows: readonly Row[]; readonly NextToken: string | undefined } {
  const after = NextToken === undefined ? undefined : decode(NextToken);
  const rest = after === undefined ? rows : rows.filter((row) => nameOf(row) > after);
  const page = rest.slice(0, Limit);
  const last = page.at(-1);
  const more = rest.length > page.length && last !== undefined;
  return { rows: page, NextToken: more ? encode(nameOf(last)) : undefined };
}

function encode(name: string): string {
  return Buffer.from(`after:${name}`).toString("base64url");
}

function decode(token: string): string {
  const text = Buffer.from(token, "base64url").toString();
  if (!text.startsWith("after:")) throw validation("Invalid NextToken.");
  return text.slice("after:".length);
}
