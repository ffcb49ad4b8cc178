import type { RequestContext } from "../../../kernel/request-context.ts";
import { tooManyConfigurations } from "../errors.ts";
import type { BucketRow, S3Tables } from "../tables.ts";
import { assertBucketStays } from "./buckets.ts";

/*
 * The configurations of a bucket that no read or write of an object needs, as JSON, a row for each.
 * The others stand in the bucket's own row.
 */

/** The settings that a bucket has once or not at all, and those that have an id. */
export type ConfigurationKind =
  | "accelerate"
  | "logging"
  | "replication"
  | "website"
  | "analytics"
  | "intelligent-tiering"
  | "inventory"
  | "metrics";

/** Source: Amazon S3 user guide: a bucket has 1,000 configurations of each kind at most. */
const CONFIGURATIONS_MAX = 1000;
/** Source: S3 API, ListBucketInventoryConfigurations and its siblings. */
const PAGE_SIZE = 100;

/** `id` is empty where the bucket has one of the kind. Undefined: it has none. */
export async function findConfiguration<T>(
  bucket: Pick<BucketRow, "bucket_name">,
  kind: ConfigurationKind,
  context: Pick<RequestContext, "db">,
  id = "",
): Promise<T | undefined> {
  const row = await context
    .db<S3Tables>()
    .selectFrom("s3_bucket_configurations")
    .select("body")
    .where("bucket_name", "=", bucket.bucket_name)
    .where("kind", "=", kind)
    .where("configuration_id", "=", id)
    .executeTakeFirst();
  return row && (JSON.parse(row.body) as T);
}

/** Puts it in the place of an earlier one; `undefined` removes it. False: there was none before. */
export function storeConfiguration(
  bucket: BucketRow,
  kind: ConfigurationKind,
  configuration: unknown,
  context: RequestContext,
  id = "",
): Promise<boolean> {
  const name = bucket.bucket_name;
  return context.transaction<S3Tables, boolean>(async (tx) => {
    await assertBucketStays(bucket, tx);
    const { numDeletedRows } = await tx.db
      .deleteFrom("s3_bucket_configurations")
      .where("bucket_name", "=", name)
      .where("kind", "=", kind)
      .where("configuration_id", "=", id)
      .executeTakeFirst();
    if (configuration === undefined) return numDeletedRows > 0n;
    const { count } = await tx.db
      .selectFrom("s3_bucket_configurations")
      .select((eb) => eb.fn.countAll<number | bigint>().as("count"))
      .where("bucket_name", "=", name)
      .where("kind", "=", kind)
      .executeTakeFirstOrThrow();
    if (Number(count) >= CONFIGURATIONS_MAX) throw tooManyConfigurations();
    await tx.db
      .insertInto("s3_bucket_configurations")
      .values({
        bucket_name: name,
        kind,
        configuration_id: id,
        body: JSON.stringify(configuration),
      })
      .execute();
    return numDeletedRows > 0n;
  });
}

/** In the order of their ids, those after `after`. */
export async function listConfigurations<T>(
  bucket: BucketRow,
  kind: ConfigurationKind,
  after: string,
  context: RequestContext,
): Promise<{ readonly page: readonly T[]; readonly next: string | undefined }> {
  const rows = await context
    .db<S3Tables>()
    .selectFrom("s3_bucket_configurations")
    .select(["configuration_id", "body"])
    .where("bucket_name", "=", bucket.bucket_name)
    .where("kind", "=", kind)
    .where("configuration_id", ">", after)
    .orderBy("configuration_id")
    .limit(PAGE_SIZE + 1)
    .execute();
  const page = rows.slice(0, PAGE_SIZE);
  return {
    page: page.map(({ body }) => JSON.parse(body) as T),
    next: rows.length > page.length ? page.at(-1)?.configuration_id : undefined,
  };
}
