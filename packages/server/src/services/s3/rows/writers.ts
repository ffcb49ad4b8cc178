import { CompiledQuery, type Kysely, sql } from "kysely";
import type { S3Tables, WriterRow } from "../tables.ts";

type Db = Kysely<S3Tables>;

/** Written out, since it runs with each commit. Both databases take `$1`. */
const COUNT = `update s3_writers set commits = commits + 1
  where prefix = $1 and ended_ms is null returning commits`;

export async function insertWriter(db: Db, writer: WriterRow): Promise<void> {
  await db.insertInto("s3_writers").values(writer).execute();
}

/** Counts one more commit of a writer; undefined when it was ended. */
export async function countCommit<Tables>(
  db: Kysely<Tables>,
  prefix: string,
): Promise<number | undefined> {
  const counting = CompiledQuery.raw(COUNT, [prefix]);
  const [row] = (await db.executeQuery<{ commits: number }>(counting)).rows;
  return row?.commits;
}

export function listWriters(db: Db): Promise<WriterRow[]> {
  return db.selectFrom("s3_writers").selectAll().execute();
}

/** Writers that haven't ended. */
export function listOpenWriters(db: Db): Promise<WriterRow[]> {
  return db.selectFrom("s3_writers").selectAll().where("ended_ms", "is", null).execute();
}

/** Raises a writer's counter. False when it was ended. */
export async function renewWriter(db: Db, prefix: string): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable("s3_writers")
    .set((set) => ({ beat: set("beat", "+", 1) }))
    .where("prefix", "=", prefix)
    .where("ended_ms", "is", null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/**
 * Ends a writer, with `beat` only while its counter stands there. Resolves to the number of its
 * commits; undefined when it ended before, or has raised its counter since.
 */
export async function endWriter(
  db: Db,
  prefix: string,
  nowMs: number,
  beat?: number,
): Promise<number | undefined> {
  const { rows } = await sql<{ commits: number }>`
    update s3_writers set ended_ms = ${nowMs}
    where prefix = ${prefix} and ended_ms is null
    ${beat === undefined ? sql`` : sql`and beat = ${beat}`} returning commits`.execute(db);
  return rows[0]?.commits;
}

/** Deletes those writers that had ended at `beforeMs`; resolves to their prefixes. */
export async function deleteEndedWriters(
  db: Db,
  prefixes: readonly string[],
  beforeMs: number,
): Promise<readonly string[]> {
  const deleted: string[] = [];
  for (const prefix of prefixes) {
    const { numDeletedRows } = await db
      .deleteFrom("s3_writers")
      .where("prefix", "=", prefix)
      .where("ended_ms", "<=", beforeMs)
      .executeTakeFirst();
    if (numDeletedRows > 0n) deleted.push(prefix);
  }
  return deleted;
}
