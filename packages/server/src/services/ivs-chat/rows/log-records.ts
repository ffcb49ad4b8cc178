import type { LogRecordRow } from "../tables.ts";
import type { Db } from "./resources.ts";

/** A file's records lie together by these. */
export type LogFile = Pick<
  LogRecordRow,
  "account_id" | "region" | "room_id" | "configuration_id" | "bucket_name"
>;

export async function insertLogRecord(db: Db, row: LogRecordRow): Promise<void> {
  await db.insertInto("ivschat_log_records").values(row).execute();
}

/** The files with records that this node delivers: its own, and those of nodes that are gone. */
export function listLogFiles(db: Db, owner: string, orphanedBeforeMs: number): Promise<LogFile[]> {
  return db
    .selectFrom("ivschat_log_records")
    .select(["account_id", "region", "room_id", "configuration_id", "bucket_name"])
    .distinct()
    .where((where) =>
      where.or([where("owner", "=", owner), where("created_ms", "<", orphanedBeforeMs)]),
    )
    .execute();
}

export function listLogRecords(
  db: Db,
  file: LogFile,
  owner: string,
  orphanedBeforeMs: number,
  limit: number,
): Promise<LogRecordRow[]> {
  return db
    .selectFrom("ivschat_log_records")
    .selectAll()
    .where("configuration_id", "=", file.configuration_id)
    .where("room_id", "=", file.room_id)
    .where("bucket_name", "=", file.bucket_name)
    .where((where) =>
      where.or([where("owner", "=", owner), where("created_ms", "<", orphanedBeforeMs)]),
    )
    .orderBy("record_id")
    .limit(limit)
    .execute();
}

export async function deleteLogRecords(db: Db, ids: readonly string[]): Promise<void> {
  await db.deleteFrom("ivschat_log_records").where("record_id", "in", ids).execute();
}
