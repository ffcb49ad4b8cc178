import type { Kysely } from "kysely";
import type { ObjectRow, S3Tables } from "../tables.ts";

/** The columns that listings show. */
export type ListedRow = Pick<
  ObjectRow,
  "object_key" | "modified_ms" | "etag" | "size_bytes" | "storage_class" | "checksum" | "acl"
>;

interface KeyRange {
  readonly from: string;
  /** Begins with `from` itself if there is such a key. */
  readonly inclusive: boolean;
  readonly before: string | undefined;
  readonly limit: number;
}

/** The latest objects of a bucket in a range of keys, in their order. */
export function listObjectRows(
  db: Kysely<S3Tables>,
  bucket: string,
  { from, inclusive, before, limit }: KeyRange,
): Promise<ListedRow[]> {
  let query = db
    .selectFrom("s3_objects")
    .select(["object_key", "modified_ms", "etag", "size_bytes", "storage_class"])
    .select(["checksum", "acl"])
    .where("bucket_name", "=", bucket)
    .where("object_key", inclusive ? ">=" : ">", from)
    .orderBy("object_key")
    .limit(limit);
  if (before !== undefined) query = query.where("object_key", "<", before);
  return query.execute();
}
