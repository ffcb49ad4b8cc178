import type { Kysely } from "kysely";
import type { S3Tables } from "../tables.ts";
import { INLINE_PATTERN } from "./inline-blobs.ts";

/** Those of `blobIds` that a version of an object or a part refers to. */
export async function findReferencedBlobs(
  blobIds: readonly string[],
  db: Kysely<S3Tables>,
): Promise<ReadonlySet<string>> {
  if (blobIds.length === 0) return new Set();
  // One statement: a version may move from one table to the other between two.
  const rows = await db
    .selectFrom("s3_objects")
    .select("blob_id")
    .where("blob_id", "in", blobIds)
    .unionAll(db.selectFrom("s3_versions").select("blob_id").where("blob_id", "in", blobIds))
    .unionAll(db.selectFrom("s3_parts").select("blob_id").where("blob_id", "in", blobIds))
    .execute();
  return new Set(rows.flatMap(({ blob_id }) => blob_id ?? []));
}

/** Whether any version of an object or any part has a blob that isn't inline. */
export async function hasReferencedBlobs(db: Kysely<S3Tables>): Promise<boolean> {
  const row = await db
    .selectNoFrom(({ exists, selectFrom, or }) =>
      or(
        (["s3_objects", "s3_versions", "s3_parts"] as const).map((table) =>
          exists(selectFrom(table).select("blob_id").where("blob_id", "not like", INLINE_PATTERN)),
        ),
      ).as("found"),
    )
    .executeTakeFirstOrThrow();
  return Boolean(row.found);
}
