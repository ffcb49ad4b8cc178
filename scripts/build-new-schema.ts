import assert from "node:assert";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { Kysely } from "kysely";
import { migrationsOf } from "../packages/server/src/compose-services.ts";
import type { Tables } from "../packages/server/src/kernel/store.ts";
import { SERVICES } from "../packages/server/src/services/index.ts";
import { migrate } from "../packages/server/src/storage/migrate.ts";
import { libsqlDialect } from "../packages/server/src/storage/sqlite/libsql-driver.ts";
import {
  BUILT_IMAGE,
  BUILT_SCHEMA,
  RememberedSchema,
} from "../packages/server/src/storage/sqlite/whole-schema.ts";

/**
 * Writes the schema that all migrations make of a new SQLite database: its statements, and a
 * database that has it. A new data folder begins with one of them instead of the migrations, which
 * took most of its start.
 */
export async function buildNewSchema(outDir: string): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), "rolecast-schema-"));
  try {
    const schema = new RememberedSchema();
    const db = new Kysely<Tables>({
      dialect: libsqlDialect({
        file: join(dir, "new.db"),
        synchronous: "OFF",
        onUnavailable: () => {},
      }),
    });
    const migrations = migrationsOf(SERVICES);
    await db.transaction().execute((tx) => migrate(tx, { migrations, nowMs: () => 0 }, schema));
    await db.destroy();
    const built = await schema.built(join(dir, "image.db"));
    assert(built, "a migration leaves rows in a new database, which its schema doesn't");
    const text = JSON.stringify(built.schema);
    await writeFile(join(outDir, BUILT_SCHEMA), brotliCompressSync(text));
    await writeFile(join(outDir, BUILT_IMAGE), brotliCompressSync(built.image));
  } finally {
    await rm(dir, { recursive: true });
  }
}
