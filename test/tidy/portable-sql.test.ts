import { expect, test } from "vitest";
import { listModules } from "./modules.ts";

/**
 * Words of PostgreSQL's SQL that CockroachDB lacks, or takes without effect. Source: CockroachDB's
 * page "PostgreSQL Compatibility". docs/database.md says which of them Rolecast can't do without.
 */
const LACKING = new RegExp(
  [
    String.raw`\b(?:listen|notify|pg_notify|pg_(?:try_)?advisory_\w+|nextval|(?:big|small)?serial`,
    "create (?:domain|trigger|extension|rule)|exclude using|lock table|xmlparse|xpath",
    String.raw`unlogged|deferrable)\b`,
  ].join("|"),
  "gi",
);

/** Messages between nodes, which only several nodes need. */
const EXCEPTIONS: Readonly<Record<string, readonly string[]>> = {
  "packages/server/src/storage/postgres/postgres-messages.ts": ["listen", "pg_notify"],
};

/** The texts of SQL in a module: templates that are tagged with it, and those of `query`. */
function sqlOf(text: string): readonly string[] {
  const texts = /\bsql(?:<[^`]*?>)?`([^`]*)`|\bquery\(\s*[`"]([^`"]*)[`"]|\.addColumn\((.*)/g;
  return [...text.matchAll(texts)].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
}

test("statements use nothing that CockroachDB lacks, but where the docs say so", () => {
  const read = listModules().filter(({ path }) => path.startsWith("packages/server/src/"));
  const statements = read.map(({ path, text }) => [path, sqlOf(text)] as const);
  expect(statements.flatMap(([, texts]) => texts).length).toBeGreaterThan(300);
  const found = statements.flatMap(([path, texts]) => {
    const words = texts.flatMap((text) => text.match(LACKING) ?? []);
    const lowered = new Set(words.map((word) => word.toLowerCase()));
    return lowered.size > 0 ? [[path, [...lowered].sort()] as const] : [];
  });
  expect(Object.fromEntries(found)).toEqual(EXCEPTIONS);
});
