import type { Kysely } from "kysely";
import type { S3Tables } from "../tables.ts";

type Db = Kysely<S3Tables>;

/** Rows of one statement: SQLite binds 32,766 values, PostgreSQL 65,535. */
const ROWS_AT_ONCE = 500;

export async function insertRemovals(
  blobIds: readonly string[],
  dueMs: number,
  db: Db,
): Promise<void> {
  for (const some of inParts(blobIds)) {
    await db
      .insertInto("s3_removals")
      .values(some.map((blobId) => ({ blob_id: blobId, due_ms: dueMs })))
      .onConflict((conflict) => conflict.column("blob_id").doNothing())
      .execute();
  }
}

/** The blobs whose time has come, those first that have waited longest. */
export async function selectRemovals(
  nowMs: number,
  limit: number,
  db: Db,
): Promise<readonly string[]> {
  const rows = await db
    .selectFrom("s3_removals")
    .select("blob_id")
    .where("due_ms", "<=", nowMs)
    .orderBy("due_ms")
    .limit(limit)
    .execute();
  return rows.map((row) => row.blob_id);
}

/** Those of the blobs whose removal is noted. */
export async function findRemovals(blobIds: readonly string[], db: Db): Promise<readonly string[]> {
  if (blobIds.length === 0) return [];
  const rows = await db
    .selectFrom("s3_removals")
    .select("blob_id")
    .where("blob_id", "in", blobIds)
    .execute();
  return rows.map(({ blob_id }) => blob_id);
}

export async function deleteRemovals(blobIds: readonly string[], db: Db): Promise<void> {
  for (const some of inParts(blobIds))
    await db.deleteFrom("s3_removals").where("blob_id", "in", some).execute();
}

function* inParts(blobIds: readonly string[]): Generator<readonly string[]> {
  for (let at = 0; at < blobIds.length; at += ROWS_AT_ONCE)
    yield blobIds.slice(at, at + ROWS_AT_ONCE);
}
