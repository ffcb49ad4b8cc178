import { expect, test } from "vitest";
import { migrationsOf } from "../../packages/server/src/compose-services.ts";
import type { Migration } from "../../packages/server/src/kernel/store.ts";
import { SERVICES } from "../../packages/server/src/services/index.ts";
import { inOrder } from "../../packages/server/src/storage/migrate.ts";
import { listReleases } from "../scenarios/releases/release.ts";
import { statementsOf } from "./migration-statements.ts";

/*
 * Two releases run beside each other on one database while nodes are updated: what a release reads
 * or writes stays as it was until the one after it no longer does. So a migration adds; it takes
 * away only what the release before it had left alone already.
 */

/**
 * Migrations that take away, from before the first release beside which another one ran. None is
 * added here.
 */
const LANDED: Readonly<Record<string, readonly string[]>> = {
  "cloudwatch/0002-series": ["drops a table: cloudwatch_datapoints"],
  "events/0006-buses": ["drops a table: events_bus_tags"],
  "iam/0090-root-keys": ["drops a column: iam_accounts"],
  "iam/0100-accounts-without-keys": ["drops a table: iam_accounts"],
};
/** The list may only become shorter, by migrations that are no longer carried. */
const LANDED_MAX = 4;

/**
 * Migrations that take away what no release has used since the one that is named, which there must
 * be: nodes of it are those that run beside the release that takes it away.
 */
const UNUSED_SINCE: Readonly<Record<string, string>> = {};

const TAKES_AWAY: readonly (readonly [what: string, statement: RegExp])[] = [
  ["drops a table", /^drop table (?:if exists )?"(\w+)"/],
  ["drops a column", /^alter table "(\w+)".* drop column/],
  ["renames", /^alter table "(\w+)".* rename /],
  ["changes a column", /^alter table "(\w+)".* alter column/],
  ["drops a constraint", /^alter table "(\w+)".* drop constraint/],
  // A release that doesn't know the column gives it no value.
  ["needs a value", /^alter table "(\w+)" add column (?!.* default ).*not null/],
  ["adds a constraint", /^alter table "(\w+)" add constraint/],
  ["adds a unique index", /^create unique index .* on "(\w+)"/],
];
const NEW_TABLE = /^create table (?:if not exists )?"(\w+)"/;

/** Lists the losses of tables that were there before the migration. */
async function takenBy(migration: Migration): Promise<readonly string[]> {
  const statements = await statementsOf(migration);
  const own = new Set(statements.flatMap((statement) => NEW_TABLE.exec(statement)?.[1] ?? []));
  return statements.flatMap((statement) =>
    TAKES_AWAY.flatMap(([what, pattern]) => {
      const table = pattern.exec(statement)?.[1];
      return table === undefined || own.has(table) ? [] : [`${what}: ${table}`];
    }),
  );
}

test("migrations only add, so that the release before goes on beside them", async () => {
  const found: Record<string, readonly string[]> = {};
  for (const migration of inOrder(migrationsOf(SERVICES))) {
    const taken = await takenBy(migration);
    if (taken.length > 0 && UNUSED_SINCE[migration.name] === undefined)
      found[migration.name] = taken;
  }
  expect(found).toEqual(LANDED);
  expect(Object.keys(LANDED).length).toBeLessThanOrEqual(LANDED_MAX);
  for (const release of Object.values(UNUSED_SINCE)) expect(listReleases()).toContain(release);
});

test.each<[string, Migration["up"], readonly string[]]>([
  ["a new table", (db) => db.schema.createTable("a").addColumn("b", "text").execute(), []],
  ["a column", (db) => db.schema.alterTable("a").addColumn("b", "text").execute(), []],
  [
    "a column with a default",
    (db) =>
      db.schema
        .alterTable("a")
        .addColumn("b", "integer", (column) => column.notNull().defaultTo(0))
        .execute(),
    [],
  ],
  [
    "a column that needs a value",
    (db) =>
      db.schema
        .alterTable("a")
        .addColumn("b", "integer", (column) => column.notNull())
        .execute(),
    ["needs a value: a"],
  ],
  ["no table", (db) => db.schema.dropTable("a").execute(), ["drops a table: a"]],
  ["no column", (db) => db.schema.alterTable("a").dropColumn("b").execute(), ["drops a column: a"]],
  [
    "another name",
    (db) => db.schema.alterTable("a").renameColumn("b", "c").execute(),
    ["renames: a"],
  ],
  [
    "another name of its own",
    (db) => db.schema.alterTable("a").renameTo("c").execute(),
    ["renames: a"],
  ],
  [
    "values that must differ",
    (db) => db.schema.createIndex("i").unique().on("a").column("b").execute(),
    ["adds a unique index: a"],
  ],
])("a table that gets %s", async (_, up, taken) => {
  expect(await takenBy({ name: "test/0001-change", up })).toEqual(taken);
});
