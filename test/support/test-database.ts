import { createHash, randomUUID } from "node:crypto";
import pg from "pg";
import { makeSchema } from "../../packages/server/src/storage/testing/postgres-server.ts";

/**
 * With `ROLECAST_TEST_DATABASE=postgres://…` the servers of tests keep their tables there. Each
 * has a database of its own that has them already; servers of the same data folder, one after the
 * other or together, share a schema, which the first of them fills.
 */
const DATABASE = process.env.ROLECAST_TEST_DATABASE;

/** The URL of the database of a server with this data folder; undefined for SQLite. */
export async function testDatabase(dataDir: string): Promise<string | undefined> {
  if (DATABASE === undefined) return undefined;
  return dataDir === "memory"
    ? copyTemplate(DATABASE)
    : makeSchema(DATABASE, createHash("sha256").update(dataDir).digest("hex").slice(0, 16));
}

/** Drops the database of a server that has ended, if it was this server's own. */
export async function removeDatabase(url: string | undefined): Promise<void> {
  if (url === undefined || !copies.delete(url) || DATABASE === undefined) return;
  // A backend may outlive the connection that it was for.
  await execute(DATABASE, `drop database ${new URL(url).pathname.slice(1)} with (force)`);
}

/** PostgreSQL's code for a name that a database has already. */
const DUPLICATE_DATABASE = "42P04";

const copies = new Set<string>();
let template: Promise<string> | undefined;

/** In memory, a copy takes PostgreSQL a fifth of the time that a new schema's statements do. */
async function copyTemplate(url: string): Promise<string> {
  template ??= findTemplate(url);
  const from = await template;
  const name = nameOf(randomUUID());
  // The other strategy begins by writing everybody's changes to files.
  await execute(url, `create database ${name} template ${from} strategy wal_log`);
  const copy = databaseOf(url, name);
  copies.add(copy);
  return copy;
}

/** The name of a database that these migrations have made: all workers of a run copy one. */
async function findTemplate(url: string): Promise<string> {
  // A file that only starts processes, without PostgreSQL, does without these modules.
  const { migrationsOf } = await import("../../packages/server/src/compose-services.ts");
  const { SERVICES } = await import("../../packages/server/src/services/index.ts");
  const { openStore } = await import("../../packages/server/src/storage/open-store.ts");
  const migrations = migrationsOf(SERVICES);
  const hash = createHash("sha256");
  for (const { name, up } of migrations) hash.update(`${name} ${up}\n`);
  const template = nameOf(hash.digest("hex").slice(0, 32));
  const client = new pg.Client(url);
  await client.connect();
  try {
    const found = await client.query("select from pg_database where datname = $1", [template]);
    if (found.rowCount === 1) return template;
    const made = nameOf(randomUUID());
    await client.query(`create database ${made}`);
    const shared = { url: databaseOf(url, made) };
    const options = { file: "", durable: false, shared, migrations, nowMs: Date.now };
    const store = await openStore(options);
    await store.close();
    try {
      await client.query(`alter database ${made} rename to ${template}`);
    } catch (error) {
      // Another worker was first.
      if ((error as pg.DatabaseError).code !== DUPLICATE_DATABASE) throw error;
      await client.query(`drop database ${made} with (force)`);
    }
    return template;
  } finally {
    await client.end();
  }
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function nameOf(id: string): string {
  return `rolecast_${id.replaceAll("-", "")}`;
}

function databaseOf(url: string, name: string): string {
  const database = new URL(url);
  database.pathname = name;
  return database.href;
}
