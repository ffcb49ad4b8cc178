import type * as s3 from "@aws-sdk/client-s3";
import { defineOperations, type OperationTable } from "../../kernel/operations.ts";
import type { RequestContext } from "../../kernel/request-context.ts";
import { onBucket, onObject } from "./authorization.ts";
import type { S3Dependencies } from "./dependencies.ts";
import { noSuchKey, notConfigured } from "./errors.ts";
import { assertBucketStays, requireBucket } from "./find-bucket.ts";
import { findObject, requireObject } from "./find-object.ts";
import { checkVersionId } from "./object-attributes.ts";
import { selectObject } from "./object-writes.ts";
import { readAuthorizations } from "./read-authorization.ts";
import type { BucketRow, S3Tables } from "./tables.ts";
import { existingTagKeys, requestTagKeys, type TagSet, toTagList, toTagSet } from "./tag-set.ts";

interface ObjectInput {
  readonly Bucket?: string | undefined;
  readonly Key?: string | undefined;
  readonly ExpectedBucketOwner?: string | undefined;
}

/** Tags of objects and of buckets: Put, Get and Delete each. */
export function taggingOperations(deps: S3Dependencies): OperationTable {
  return defineOperations<typeof s3>()({
    PutObjectTagging: {
      authorize: (input, context) =>
        authorizeChange("PutObjectTagging", input, context, input.Tagging?.TagSet),
      handle: async (input, context) => {
        checkVersionId(input.VersionId);
        const tags = toTagSet(input.Tagging?.TagSet, "object");
        await setObjectTags(input, tags, context, deps);
        return {};
      },
    },
    GetObjectTagging: {
      authorize: async (input, context) => {
        const bucket = await requireBucket(input, context);
        return readAuthorizations(["GetObjectTagging"], bucket, input.Key ?? "", context);
      },
      handle: async (input, context) => {
        checkVersionId(input.VersionId);
        const { tags } = await requireObject(input.Bucket ?? "", input.Key ?? "", context);
        return { TagSet: toTagList(tags) };
      },
    },
    DeleteObjectTagging: {
      authorize: (input, context) => authorizeChange("DeleteObjectTagging", input, context, []),
      handle: async (input, context) => {
        checkVersionId(input.VersionId);
        await setObjectTags(input, undefined, context, deps);
        return {};
      },
    },
    PutBucketTagging: {
      authorize: async (input, context) =>
        onBucket("PutBucketTagging", await requireBucket(input, context), context),
      handle: async (input, context) => {
        const tags = toTagSet(input.Tagging?.TagSet, "bucket");
        await setBucketTags(await requireBucket(input, context), tags, context);
        return {};
      },
    },
    GetBucketTagging: {
      authorize: async (input, context) =>
        onBucket("GetBucketTagging", await requireBucket(input, context), context),
      handle: async (input, context) => {
        const { tags, bucket_name: name } = await requireBucket(input, context);
        if (tags !== null) return { TagSet: toTagList(tags) };
        throw notConfigured("NoSuchTagSet", "The TagSet does not exist", name);
      },
    },
    DeleteBucketTagging: {
      authorize: async (input, context) =>
        onBucket("PutBucketTagging", await requireBucket(input, context), context),
      handle: async (input, context) => {
        await setBucketTags(await requireBucket(input, context), undefined, context);
        return {};
      },
    },
  });
}

async function authorizeChange(
  action: string,
  input: ObjectInput,
  context: RequestContext,
  tags: readonly s3.Tag[] | undefined,
) {
  const bucket = await requireBucket(input, context);
  const key = input.Key ?? "";
  const row = await findObject(bucket.bucket_name, key, context);
  return onObject(action, bucket, key, context, {
    ...existingTagKeys(row?.tags),
    ...requestTagKeys(toTagSet(tags, "object")),
  });
}

async function setObjectTags(
  input: ObjectInput,
  tags: TagSet | undefined,
  context: RequestContext,
  { commits }: S3Dependencies,
): Promise<void> {
  const { Bucket: bucket = "", Key: key = "" } = input;
  await commits.commit(context, async (tx) => {
    if (!(await selectObject(bucket, key, tx.db))) throw noSuchKey(key);
    await tx.db
      .updateTable("s3_objects")
      .set({ tags: tags ? JSON.stringify(tags) : null })
      .where("bucket_name", "=", bucket)
      .where("object_key", "=", key)
      .execute();
  });
}

async function setBucketTags(
  bucket: BucketRow,
  tags: TagSet | undefined,
  context: RequestContext,
): Promise<void> {
  await context.transaction<S3Tables, void>(async (tx) => {
    await assertBucketStays(bucket, tx);
    await tx.db
      .updateTable("s3_buckets")
      .set({ tags: tags ? JSON.stringify(tags) : null })
      .where("bucket_name", "=", bucket.bucket_name)
      .execute();
  });
}
