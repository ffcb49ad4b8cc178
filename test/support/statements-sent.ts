import { afterAll, expect } from "vitest";
import { lackingIn, MESSAGES } from "./portable-sql.ts";

/*
 * While servers of tests use PostgreSQL, each statement that they send it, as it was compiled, is
 * one that CockroachDB takes too.
 */

const seen = new Set<string>();
let lacking: string[] = [];

function look(statement: unknown): void {
  const text = typeof statement === "string" ? statement : (statement as { text?: unknown }).text;
  if (typeof text !== "string" || seen.has(text)) return;
  seen.add(text);
  const words = lackingIn(text).filter((word) => !MESSAGES.includes(word));
  if (words.length > 0) lacking.push(`${words.join(", ")} in: ${text}`);
}

if (process.env.ROLECAST_TEST_DATABASE !== undefined) {
  const { default: pg } = await import("pg");
  const { prototype } = pg.Client;
  const mark = prototype as { isLookedAt?: boolean };
  if (!mark.isLookedAt) {
    const query = prototype.query as (...args: unknown[]) => unknown;
    prototype.query = function (this: unknown, ...args: unknown[]) {
      look(args[0]);
      return query.apply(this, args);
    } as typeof prototype.query;
    mark.isLookedAt = true;
  }
  afterAll(() => {
    const found = lacking;
    lacking = [];
    expect(found).toEqual([]);
  });
}
