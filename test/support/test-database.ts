import { createHash } from "node:crypto";
import { makeSchema } from "../../packages/server/src/storage/testing/postgres-server.ts";

/**
 * With `ROLECAST_TEST_DATABASE=postgres://…` the servers of tests keep their tables there, each in
 * a schema of its own; servers of the same data folder, one after the other or together, share it.
 */
const DATABASE = process.env.ROLECAST_TEST_DATABASE;

/** The URL of the database of a server with this data folder; undefined for SQLite. */
export async function testDatabase(dataDir: string): Promise<string | undefined> {
  if (DATABASE === undefined) return undefined;
  return dataDir === "memory"
    ? makeSchema(DATABASE)
    : makeSchema(DATABASE, createHash("sha256").update(dataDir).digest("hex").slice(0, 16));
}
