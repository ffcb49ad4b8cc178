import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import type { Kysely } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openStore } from "../../../storage/open-store.ts";
import type { OpenedStore } from "../../../storage/store.ts";
import { hasPostgres, makeSharedSchema } from "../../../storage/testing/postgres-server.ts";
import { s3Migrations } from "../migrations.ts";
import { firstKeysOfGroups } from "../rows/group-keys.ts";
import type { S3Tables } from "../tables.ts";
import { listPage, type PageSource, type PageStart } from "./list-page.ts";

const BUCKET = "bench";
const RUNS = 100;

const dir = mkdtempSync(join(tmpdir(), "rolecast-listing-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const TABLES = ["s3_objects", "s3_versions"] as const;

async function put(db: Kysely<S3Tables>, keys: readonly string[]): Promise<void> {
  const row = {
    ...{ bucket_name: BUCKET, account_id: "000000000000", region: "us-east-1", size_bytes: 1 },
    ...{ etag: "e", modified_ms: 1, storage_class: "STANDARD", attributes: "{}" },
    ...{ version_id: "v", version_number: 1 },
  };
  for (const table of TABLES) await db.deleteFrom(table).execute();
  // Every third key has had a version only, so that a group may begin in either table.
  const of = (mine: boolean) => keys.filter((_, index) => (index % 3 === 0) === mine);
  const named = (object_key: string) => ({ ...row, object_key, object_id: object_key });
  const [versions, objects] = [of(true).map(named), of(false).map(named)];
  if (objects.length > 0)
    await db
      .insertInto("s3_objects")
      .values(objects as never)
      .execute();
  if (versions.length > 0)
    await db
      .insertInto("s3_versions")
      .values(versions.map((version) => ({ ...version, is_delete_marker: 0 })) as never)
      .execute();
}

function sourceOf(db: Kysely<S3Tables>, sorted: readonly string[]): PageSource<string> {
  return {
    keyOf: (key) => key,
    readRows: async ({ from, inclusive, before, limit }) =>
      sorted
        .filter((key) => compare(key, from) > (inclusive ? -1 : 0))
        .filter((key) => before === undefined || compare(key, before) < 0)
        .slice(0, limit),
    readGroups: (range) => firstKeysOfGroups(db, BUCKET, TABLES, range),
  };
}

function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function listedPlainly(sorted: readonly string[], prefix: string, delimiter: string): string[] {
  const entries = sorted.flatMap((key) => {
    if (!key.startsWith(prefix)) return [];
    const at = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
    return [at < 0 ? key : `group ${key.slice(0, at + delimiter.length)}`];
  });
  return [...new Set(entries)];
}

const text = (maxLength: number) =>
  fc
    // 0 comes next behind the slash, so that it begins where a group ends.
    .array(fc.constantFrom("a", "b", "/", "0", "-", "é", "𝄞", "\u{10ffff}"), { maxLength })
    .map((characters) => characters.join(""));

/** Some stems have many keys, so that groups are large, and others one. */
const keysOf = fc
  .uniqueArray(fc.tuple(text(3), fc.constantFrom(0, 1, 20, 20, 20)), {
    maxLength: 25,
    selector: ([stem]) => stem,
  })
  .map((stems) => {
    const all = stems.flatMap(([stem, more]) => [
      `k${stem}`,
      ...Array.from({ length: more }, (_, index) => `k${stem}${index}`),
    ]);
    return [...new Set(all)].sort(compare);
  });

/** Behind so many rows of large groups, groups are looked for by their first keys. */
const LARGE_GROUPS = Array.from({ length: 60 }, (_, index) => `k${index % 3}/${index}`);
/** Keys that end where a group begins, and the other way round. */
const SMALL_GROUPS = ["kb/", "kb/1", "kb0", "kb0/", "kc/1", "kd", "ke/", "kf"];
const MIXED = [...LARGE_GROUPS, ...SMALL_GROUPS].sort(compare);

describe.each(["SQLite", "PostgreSQL"])("on %s", (name) => {
  const skipped = name === "PostgreSQL" && !hasPostgres;
  let opened: OpenedStore;
  beforeAll(async () => {
    if (skipped) return;
    const shared = name === "PostgreSQL" ? { url: await makeSharedSchema() } : undefined;
    opened = await openStore({
      ...{ shared, file: join(dir, "a.db"), durable: false },
      ...{ migrations: s3Migrations, nowMs: () => 1 },
    });
  });
  afterAll(() => opened?.close());

  test.skipIf(skipped)(
    "any page lists what the plain way lists, however large groups are",
    async () => {
      const { db } = opened.tables<S3Tables>();
      await fc.assert(
        fc.asyncProperty(
          keysOf,
          text(2),
          fc.constantFrom("", "/", "a", "-b", "\u{10ffff}", "𝄞"),
          fc.integer({ min: 1, max: 60 }),
          async (sorted, prefixEnd, delimiter, maxKeys) => {
            await opened.tables<S3Tables>().transaction((tx) => put(tx.db, sorted));
            const prefix = `k${prefixEnd}`;
            const listed: string[] = [];
            let start: PageStart | undefined;
            for (let truncated = true; truncated; ) {
              const request = { prefix, delimiter, start, maxKeys };
              const page = await listPage(request, sourceOf(db, sorted));
              const groups = page.commonPrefixes.map((group) => `group ${group}`);
              expect(page.rows.length + groups.length).toBeLessThanOrEqual(maxKeys);
              listed.push(...page.rows, ...groups);
              start = page.next;
              truncated = page.truncated;
            }
            const expected = listedPlainly(sorted, prefix, delimiter);
            expect(listed.sort(compare)).toEqual(expected.sort(compare));
          },
        ),
        { numRuns: RUNS, examples: [[MIXED, "", "/", 60]] },
      );
    },
  );
});
