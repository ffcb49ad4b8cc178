import type { Kysely } from "kysely";
import type { Migration, Tables } from "../../kernel/store.ts";

export const s3Migrations: readonly Migration[] = [
  { name: "s3/0001-buckets", up: createBuckets },
  { name: "s3/0002-objects", up: createObjects },
  { name: "s3/0003-uploads", up: createUploads },
  { name: "s3/0004-encryption", up: addEncryption },
  { name: "s3/0005-public-access", up: addPublicAccess },
  { name: "s3/0006-versions", up: addVersions },
  { name: "s3/0007-event-bridge", up: addEventBridge },
  { name: "s3/0008-configurations", up: addConfigurations },
  { name: "s3/0009-accounts", up: addAccounts },
  { name: "s3/0010-object-lock", up: addObjectLock },
  { name: "s3/0011-beginnings", up: addBeginnings },
  { name: "s3/0012-acls", up: addAcls },
  { name: "s3/0013-writers", up: addWriters },
  { name: "s3/0014-buckets-of-regions", up: indexRegions },
  { name: "s3/0015-scrubs", up: addScrubs },
  { name: "s3/0016-removals", up: addRemovals },
  { name: "s3/0017-inline-blobs", up: addInlineBlobs },
];

/** Bytes of small objects, apart from their rows, which listings read by the thousand. */
async function addInlineBlobs({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .createTable("s3_inline_blobs")
    .addColumn("blob_id", "text", (c) => c.primaryKey())
    .addColumn("bytes", "blob", (c) => c.notNull())
    .execute();
}

/** Bytes that are to be removed from an object store, and which store that is. */
async function addRemovals({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .createTable("s3_removals")
    .addColumn("blob_id", "text", (c) => c.primaryKey())
    .addColumn("due_ms", "bigint", (c) => c.notNull())
    .execute();
  await schema.createIndex("s3_removals_due").on("s3_removals").column("due_ms").execute();
  await schema
    .createTable("s3_places")
    .addColumn("name", "text", (c) => c.primaryKey())
    .addColumn("place", "text", (c) => c.notNull())
    .execute();
}

async function addScrubs({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .createTable("s3_scrubs")
    .addColumn("name", "text", (c) => c.primaryKey())
    .addColumn("place", "text", (c) => c.notNull())
    .execute();
}

/** Blobs of before have no writer in it: nothing shows which of them are orphans. */
async function addWriters({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .createTable("s3_writers")
    .addColumn("prefix", "text", (c) => c.primaryKey())
    .addColumn("node", "text", (c) => c.notNull())
    .addColumn("started_ms", "bigint", (c) => c.notNull())
    .addColumn("ended_ms", "bigint")
    .addColumn("commits", "bigint", (c) => c.notNull())
    .addColumn("beat", "bigint", (c) => c.notNull())
    .execute();
}

/** ListBuckets by a Region. */
async function indexRegions({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .createIndex("s3_buckets_region")
    .on("s3_buckets")
    .columns(["account_id", "region", "bucket_name"])
    .execute();
}

/** Owners alone had access to what is there. */
async function addAcls({ schema }: Kysely<Tables>): Promise<void> {
  for (const table of ["s3_buckets", "s3_objects", "s3_versions", "s3_uploads"])
    await schema.alterTable(table).addColumn("acl", "text").execute();
}

/** How buckets and uploads began, for what S3 answers later by it. */
async function addBeginnings({ schema }: Kysely<Tables>): Promise<void> {
  await schema.alterTable("s3_buckets").addColumn("location_constraint", "text").execute();
  await schema.alterTable("s3_uploads").addColumn("object_at_start", "text").execute();
}

async function addObjectLock({ schema }: Kysely<Tables>): Promise<void> {
  for (const table of ["s3_buckets", "s3_objects", "s3_versions", "s3_uploads"])
    await schema.alterTable(table).addColumn("object_lock", "text").execute();
}

async function addConfigurations({ schema }: Kysely<Tables>): Promise<void> {
  await schema.alterTable("s3_buckets").addColumn("lifecycle", "text").execute();
  await schema.alterTable("s3_buckets").addColumn("lifecycle_minimum_size", "text").execute();
  await schema
    .alterTable("s3_buckets")
    .addColumn("requester_pays", "integer", (c) => c.notNull().defaultTo(0))
    .execute();
  await schema
    .createTable("s3_bucket_configurations")
    .addColumn("bucket_name", "text", (c) => c.notNull())
    .addColumn("kind", "text", (c) => c.notNull())
    .addColumn("configuration_id", "text", (c) => c.notNull())
    .addColumn("body", "text", (c) => c.notNull())
    .addPrimaryKeyConstraint("s3_bucket_configurations_key", [
      "bucket_name",
      "kind",
      "configuration_id",
    ])
    .execute();
}

async function addAccounts({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .createTable("s3_accounts")
    .addColumn("account_id", "text", (c) => c.primaryKey())
    .addColumn("public_access_block", "text", (c) => c.notNull())
    .execute();
  await schema.alterTable("s3_buckets").addColumn("account_public_access_block", "text").execute();
  await schema
    .alterTable("s3_buckets")
    .addColumn("abac", "integer", (c) => c.notNull().defaultTo(0))
    .execute();
}

async function addEventBridge({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .alterTable("s3_buckets")
    .addColumn("event_bridge", "integer", (c) => c.notNull().defaultTo(0))
    .execute();
}

/** Makes each stored object the null version of its key. */
async function addVersions({ schema }: Kysely<Tables>): Promise<void> {
  await schema.alterTable("s3_buckets").addColumn("versioning", "text").execute();
  await schema
    .alterTable("s3_objects")
    .addColumn("version_id", "text", (c) => c.notNull().defaultTo("null"))
    .execute();
  await schema
    .alterTable("s3_objects")
    .addColumn("version_number", "bigint", (c) => c.notNull().defaultTo(0))
    .execute();
  await schema
    .createTable("s3_versions")
    .addColumn("bucket_name", "text", (c) => c.notNull())
    .addColumn("object_key", "text", (c) => c.notNull())
    .addColumn("version_id", "text", (c) => c.notNull())
    .addColumn("version_number", "bigint", (c) => c.notNull())
    .addColumn("is_delete_marker", "integer", (c) => c.notNull())
    .addColumn("account_id", "text", (c) => c.notNull())
    .addColumn("region", "text", (c) => c.notNull())
    .addColumn("object_id", "text", (c) => c.notNull())
    .addColumn("blob_id", "text")
    .addColumn("upload_id", "text")
    .addColumn("parts_count", "integer")
    .addColumn("size_bytes", "bigint", (c) => c.notNull())
    .addColumn("etag", "text", (c) => c.notNull())
    .addColumn("modified_ms", "bigint", (c) => c.notNull())
    .addColumn("storage_class", "text", (c) => c.notNull())
    .addColumn("attributes", "text", (c) => c.notNull())
    .addColumn("tags", "text")
    .addColumn("checksum", "text")
    .addPrimaryKeyConstraint("s3_versions_key", ["bucket_name", "object_key", "version_id"])
    .execute();
  await schema
    .createIndex("s3_versions_age")
    .on("s3_versions")
    .columns(["bucket_name", "object_key", "version_number desc"])
    .execute();
  await schema.createIndex("s3_versions_blob").on("s3_versions").column("blob_id").execute();
}

async function addEncryption({ schema }: Kysely<Tables>): Promise<void> {
  await schema.alterTable("s3_buckets").addColumn("encryption", "text").execute();
}

async function addPublicAccess({ schema }: Kysely<Tables>): Promise<void> {
  await schema.alterTable("s3_buckets").addColumn("public_access_block", "text").execute();
  await schema
    .alterTable("s3_buckets")
    .addColumn("ownership", "text", (c) => c.defaultTo("BucketOwnerEnforced"))
    .execute();
}

async function createBuckets({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .createTable("s3_buckets")
    .addColumn("bucket_name", "text", (c) => c.primaryKey())
    .addColumn("bucket_id", "text", (c) => c.notNull())
    .addColumn("account_id", "text", (c) => c.notNull())
    .addColumn("region", "text", (c) => c.notNull())
    .addColumn("created_ms", "bigint", (c) => c.notNull())
    .addColumn("policy", "text")
    .addColumn("cors", "text")
    .addColumn("tags", "text")
    .execute();
  await schema
    .createIndex("s3_buckets_owner")
    .on("s3_buckets")
    .columns(["account_id", "bucket_name"])
    .execute();
}

async function createObjects({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .createTable("s3_objects")
    .addColumn("bucket_name", "text", (c) => c.notNull())
    .addColumn("object_key", "text", (c) => c.notNull())
    .addColumn("account_id", "text", (c) => c.notNull())
    .addColumn("region", "text", (c) => c.notNull())
    .addColumn("object_id", "text", (c) => c.notNull())
    .addColumn("blob_id", "text")
    .addColumn("upload_id", "text")
    .addColumn("parts_count", "integer")
    .addColumn("size_bytes", "bigint", (c) => c.notNull())
    .addColumn("etag", "text", (c) => c.notNull())
    .addColumn("modified_ms", "bigint", (c) => c.notNull())
    .addColumn("storage_class", "text", (c) => c.notNull())
    .addColumn("attributes", "text", (c) => c.notNull())
    .addColumn("tags", "text")
    .addColumn("checksum", "text")
    .addPrimaryKeyConstraint("s3_objects_key", ["bucket_name", "object_key"])
    .execute();
  await schema.createIndex("s3_objects_blob").on("s3_objects").column("blob_id").execute();
}

async function createUploads({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .createTable("s3_uploads")
    .addColumn("upload_id", "text", (c) => c.primaryKey())
    .addColumn("bucket_name", "text", (c) => c.notNull())
    .addColumn("bucket_id", "text", (c) => c.notNull())
    .addColumn("object_key", "text", (c) => c.notNull())
    .addColumn("account_id", "text", (c) => c.notNull())
    .addColumn("region", "text", (c) => c.notNull())
    .addColumn("initiator_arn", "text", (c) => c.notNull())
    .addColumn("created_ms", "bigint", (c) => c.notNull())
    .addColumn("storage_class", "text", (c) => c.notNull())
    .addColumn("attributes", "text", (c) => c.notNull())
    .addColumn("tags", "text")
    .addColumn("checksum_algorithm", "text")
    .addColumn("checksum_type", "text")
    .execute();
  await schema
    .createIndex("s3_uploads_key")
    .on("s3_uploads")
    .columns(["bucket_name", "object_key", "upload_id"])
    .execute();
  await schema
    .createTable("s3_parts")
    .addColumn("upload_id", "text", (c) => c.notNull())
    .addColumn("part_number", "integer", (c) => c.notNull())
    .addColumn("account_id", "text", (c) => c.notNull())
    .addColumn("region", "text", (c) => c.notNull())
    .addColumn("blob_id", "text", (c) => c.notNull())
    .addColumn("size_bytes", "bigint", (c) => c.notNull())
    .addColumn("etag", "text", (c) => c.notNull())
    .addColumn("modified_ms", "bigint", (c) => c.notNull())
    .addColumn("checksum", "text")
    .addColumn("offset_bytes", "bigint")
    .addPrimaryKeyConstraint("s3_parts_key", ["upload_id", "part_number"])
    .execute();
  await schema.createIndex("s3_parts_blob").on("s3_parts").column("blob_id").execute();
}
