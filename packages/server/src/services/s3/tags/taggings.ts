import type * as s3 from "@aws-sdk/client-s3";
import { AwsError } from "../../../kernel/aws-error.ts";
import type { Checked } from "../../../kernel/checked.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { withSystemTags } from "../../../kernel/system-tags.ts";
import { bucketOperation } from "../access/bucket-operation.ts";
import { onVersion, readAuthorizations } from "../access/read-authorization.ts";
import { existingTagKeys, requestTagKeys, tagsInList } from "../access/tag-keys.ts";
import type { S3Dependencies } from "../dependencies.ts";
import { invalidTag, noSuchKey, noSuchVersion, notConfigured } from "../errors.ts";
import { announce } from "../notifications/object-events.ts";
import { assertBucketStays } from "../rows/buckets.ts";
import {
  findObject,
  findVersion,
  type ObjectInput,
  requireNoMarker,
  requireObject,
} from "../rows/objects.ts";
import { storedTags, systemTagsOf, type TagSet, toTagList, toTagSet } from "../rows/tag-set.ts";
import { readVersion } from "../rows/version-id.ts";
import { updateVersion } from "../rows/versions.ts";
import type { BucketRow, S3Tables } from "../tables.ts";

/** Tags of objects and of buckets: Put, Get and Delete each. */
export function taggingOperations(deps: S3Dependencies): OperationTable {
  return defineOperations<typeof s3>()({
    PutObjectTagging: bucketOperation(
      (bucket, input, context) =>
        authorizeChange("PutObjectTagging", bucket, input, context, input.Tagging.TagSet),
      (bucket, input, context) => {
        const tags = toTagSet(input.Tagging.TagSet, "object");
        return setObjectTags(bucket, input, tags, context, deps);
      },
    ),
    GetObjectTagging: bucketOperation(
      (bucket, input, context) => readAuthorizations(["GetObjectTagging"], bucket, input, context),
      async (bucket, input, context) => {
        await requireNoMarker(input, context);
        // Here, and nowhere else, S3 names the key with its bucket.
        if (input.VersionId === undefined && !(await findVersion(input, context)))
          throw noSuchKey(`${bucket.bucket_name}/${input.Key}`);
        const row = await requireObject(input, context);
        return { ...readVersion(row, bucket), TagSet: toTagList(row.tags) };
      },
    ),
    DeleteObjectTagging: bucketOperation(
      (bucket, input, context) =>
        authorizeChange("DeleteObjectTagging", bucket, input, context, []),
      (bucket, input, context) => setObjectTags(bucket, input, undefined, context, deps),
    ),
    PutBucketTagging: bucketOperation("PutBucketTagging", async (bucket, input, context) => {
      toTagSet(input.Tagging.TagSet, "bucket", systemTagsOf(bucket.tags));
      assertTaggedByS3(bucket);
      await setBucketTags(bucket, input.Tagging.TagSet, context);
      context.response.status = 204;
      return {};
    }),
    GetBucketTagging: bucketOperation("GetBucketTagging", ({ tags, bucket_name: name }) => {
      if (tags !== null) return { TagSet: toTagList(tags) };
      throw notConfigured("NoSuchTagSet", "The TagSet does not exist", name);
    }),
    DeleteBucketTagging: bucketOperation("PutBucketTagging", async (bucket, _input, context) => {
      assertTaggedByS3(bucket);
      await setBucketTags(bucket, [], context);
      return {};
    }),
  });
}

async function authorizeChange(
  action: string,
  bucket: BucketRow,
  input: ObjectInput,
  context: RequestContext,
  tags: readonly Checked<s3.Tag>[] | undefined,
) {
  const row = await findObject(input, context);
  return onVersion(action, bucket, input, context, {
    ...existingTagKeys(row?.tags),
    ...requestTagKeys(tagsInList(tags)),
  });
}

async function setObjectTags(
  bucket: BucketRow,
  input: ObjectInput,
  tags: TagSet | undefined,
  context: RequestContext,
  deps: S3Dependencies,
): Promise<{ readonly VersionId?: string }> {
  await requireNoMarker(input, context);
  const row = await requireObject(input, context);
  const { object_key: key, version_id, etag } = row;
  const changed = { tags: tags ? JSON.stringify(tags) : null };
  await deps.commits.commit(context, async (tx) => {
    if (!(await updateVersion(row, changed, tx)))
      throw input.VersionId === undefined ? noSuchKey(key) : noSuchVersion(key, version_id);
    const type = tags ? "Object Tags Added" : "Object Tags Deleted";
    announce({ type }, { object_key: key, version_id, etag }, bucket, context, tx, deps);
  });
  return readVersion({ version_id }, bucket);
}

/** All tags of a bucket: AWS's own ones stay as they are, and only resource types may omit them. */
async function setBucketTags(
  bucket: BucketRow,
  given: readonly Checked<s3.Tag>[] | undefined,
  context: RequestContext,
): Promise<void> {
  await context.transaction<S3Tables, void>(async (tx) => {
    await assertBucketStays(bucket, tx);
    const { tags: before } = await tx.db
      .selectFrom("s3_buckets")
      .select("tags")
      .where("bucket_name", "=", bucket.bucket_name)
      .executeTakeFirstOrThrow();
    const kept = systemTagsOf(before);
    const tags = toTagSet(given, "bucket", kept) ?? {};
    if (!context.systemTags) {
      const removed = Object.keys(kept).find((key) => !Object.hasOwn(tags, key));
      if (removed !== undefined)
        throw invalidTag("System tags cannot be removed by requester", { TagKey: removed });
    }
    await tx.db
      .updateTable("s3_buckets")
      .set({ tags: storedTags({ ...kept, ...withSystemTags(tags, context) }) })
      .where("bucket_name", "=", bucket.bucket_name)
      .execute();
  });
}

/** Source: S3 user guide, "Enabling ABAC in general purpose buckets"; the words are ours. */
export function assertTaggedByS3({ abac }: BucketRow): void {
  if (abac === 0) return;
  throw new AwsError(
    "InvalidRequest",
    "Attribute-based access control is enabled for the bucket. Use TagResource and UntagResource of S3 Control to change its tags.",
    { status: 400 },
  );
}
