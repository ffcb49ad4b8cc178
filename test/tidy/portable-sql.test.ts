import { expect, test } from "vitest";
import { migrationsOf } from "../../packages/server/src/compose-services.ts";
import { SERVICES } from "../../packages/server/src/services/index.ts";
import { inOrder } from "../../packages/server/src/storage/migrate.ts";
import { lackingIn, MESSAGES } from "../support/portable-sql.ts";
import { statementsOf } from "./migration-statements.ts";
import { listModules } from "./modules.ts";

/*
 * The statements of migrations are read as they are compiled; those of queries, as far as they are
 * texts, here, and as they are compiled wherever tests run on PostgreSQL
 * (test/support/statements-sent.ts).
 */

/** Messages between nodes, which only several nodes need. */
const EXCEPTIONS: Readonly<Record<string, readonly string[]>> = {
  "packages/server/src/storage/postgres/postgres-messages.ts": MESSAGES,
};

/** The texts of SQL in a module: templates that are tagged with it, and those of `query`. */
function sqlOf(text: string): readonly string[] {
  const texts = /\bsql(?:<[^`]*?>)?`([^`]*)`|\bquery\(\s*[`"]([^`"]*)[`"]|\.addColumn\((.*)/g;
  return [...text.matchAll(texts)].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
}

test("texts of SQL use nothing that CockroachDB lacks, but where the docs say so", () => {
  const read = listModules().filter(({ path }) => path.startsWith("packages/server/src/"));
  const statements = read.map(({ path, text }) => [path, sqlOf(text)] as const);
  expect(statements.flatMap(([, texts]) => texts).length).toBeGreaterThan(300);
  const found = statements.flatMap(([path, texts]) => {
    const words = new Set(texts.flatMap(lackingIn));
    return words.size > 0 ? [[path, [...words].sort()] as const] : [];
  });
  expect(Object.fromEntries(found)).toEqual(EXCEPTIONS);
});

test("migrations, as they are compiled, use nothing that CockroachDB lacks", async () => {
  const found: string[] = [];
  let count = 0;
  for (const migration of inOrder(migrationsOf(SERVICES))) {
    const statements = await statementsOf(migration);
    count += statements.length;
    const lacking = statements.filter((statement) => lackingIn(statement).length > 0);
    found.push(...lacking.map((statement) => `${migration.name}: ${statement}`));
  }
  expect(count).toBeGreaterThan(200);
  expect(found).toEqual([]);
});

test.each([
  ["select pg_advisory_xact_lock($1)", ["pg_advisory_xact_lock"]],
  ['select "a" from "b" for share', ["for share"]],
  ['alter table "a" add constraint "b" unique ("c") deferrable initially deferred', ["deferrable"]],
  ['create table "a" ("b" bigint generated always as identity)', ["generated always as identity"]],
  ['create index "a" on "b" using hash ("c")', ["using hash"]],
  ['update "a" set "b" = "b" / $1', ["/"]],
  ['select "ctid" from "a" where ctid = $1', ["ctid"]],
  [
    'insert into "a" ("b") values ($1) on conflict (lower("b")) do nothing',
    ["on conflict (lower("],
  ],
  ['create temporary table "a" ("b" text)', ["create temporary"]],
  [`select 'for share' as "for share" -- for share`, []],
  ['select "a" from "b" order by "a" for update skip locked', []],
  ['insert into "a" ("b") values ($1) on conflict ("b") do update set "c" = "excluded"."c"', []],
])("%s", (statement, words) => {
  expect(lackingIn(statement)).toEqual(words);
});
