import type * as s3control from "@aws-sdk/client-s3-control";
import { parseArn } from "../../../kernel/arn.ts";
import { AwsError } from "../../../kernel/aws-error.ts";
import type { Checked } from "../../../kernel/checked.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { countOwnTags, refuseSystemTags, withSystemTags } from "../../../kernel/system-tags.ts";
import { onBucket } from "../access/authorization.ts";
import { tagRequestKeys } from "../access/tag-keys.ts";
import { invalidRequest, invalidTag, reservedTagKey, tooManyTags } from "../errors.ts";
import { findBucket, requireBucket } from "../rows/buckets.ts";
import {
  BUCKET_TAGS_MAX,
  isTagKey,
  isTagValue,
  readTags,
  storedTags,
  toTagList,
} from "../rows/tag-set.ts";
import type { BucketRow, S3Tables } from "../tables.ts";

interface ResourceInput {
  readonly AccountId?: string | undefined;
  readonly ResourceArn: string | undefined;
}

/** TagResource, UntagResource, ListTagsForResource: of buckets, the only such resources here. */
export function resourceTagOperations(): OperationTable {
  return defineOperations<typeof s3control>()({
    TagResource: {
      authorize: async (input, context) => {
        const keys = tagRequestKeys(input.Tags);
        return onBucket("TagResource", await requireTagged(input, context), context, keys);
      },
      handle: async (input, context) => {
        const given = checkTags(input.Tags);
        await changeTags(await requireTagged(input, context), context, (tags) => {
          for (const [key, value] of given) tags.set(key, value);
        });
        return {};
      },
    },
    UntagResource: {
      authorize: async (input, context) =>
        onBucket("UntagResource", await requireTagged(input, context), context, {
          "aws:tagkeys": input.TagKeys ?? [],
        }),
      handle: async (input, context) => {
        refuseSystemTags(input.TagKeys ?? [], reservedTagKey);
        await changeTags(await requireTagged(input, context), context, (tags) => {
          for (const key of input.TagKeys ?? []) tags.delete(key);
        });
        return {};
      },
    },
    ListTagsForResource: {
      authorize: async (input, context) =>
        onBucket("ListTagsForResource", await requireTagged(input, context), context),
      handle: async (input, context) => {
        const { tags } = await requireTagged(input, context);
        return { Tags: toTagList(tags) };
      },
    },
  });
}

/** Throws NoSuchResource, and NotImplemented for kinds of resources that aren't here. */
async function requireTagged(
  { ResourceArn: arn = "", AccountId }: ResourceInput,
  context: RequestContext,
): Promise<BucketRow> {
  const parsed = parseArn(arn);
  if (!parsed || !["s3", "s3express"].includes(parsed.service))
    throw invalidRequest("The specified resource ARN is not valid.");
  const { resource } = parsed;
  if (!arn.startsWith("arn:aws:s3:::") || resource.includes("/")) {
    throw new AwsError(
      "NotImplemented",
      `Of S3's resources Rolecast keeps tags of general purpose buckets (arn:aws:s3:::name), not of ${arn}.`,
      { status: 501 },
    );
  }
  if (!(await findBucket(resource, context))) {
    throw new AwsError("NoSuchResource", "The specified resource doesn't exist.", { status: 404 });
  }
  return requireBucket({ Bucket: resource, ExpectedBucketOwner: AccountId }, context);
}

/** The sentences differ from those of S3's own tagging, and no fields say which tag it is. */
function checkTags(tags: readonly Checked<s3control.Tag>[]): ReadonlyMap<string, string> {
  const checked = new Map<string, string>();
  for (const { Key: key, Value: value } of tags) {
    if (checked.has(key))
      throw invalidTag(
        "There are duplicate tag keys in your request. Remove the duplicate tag keys and try again.",
      );
    if (key.startsWith("aws:")) throw reservedTagKey();
    if (!isTagKey(key) || !isTagValue(value))
      throw invalidTag(
        "This request contains a tag key or value that isn't valid. Valid characters include the following: [a-zA-Z+-=._:/]. Tag keys can contain up to 128 characters. Tag values can contain up to 256 characters.",
      );
    checked.set(key, value);
  }
  return checked;
}

/** The stored tags count, not those that the request began with: two requests may each add one. */
async function changeTags(
  { bucket_name: name, bucket_id: id }: BucketRow,
  context: RequestContext,
  change: (tags: Map<string, string>) => void,
): Promise<void> {
  await context.transaction<S3Tables, void>(async (tx) => {
    const row = await tx.db
      .selectFrom("s3_buckets")
      .select("tags")
      .where("bucket_name", "=", name)
      .where("bucket_id", "=", id)
      .executeTakeFirst();
    if (!row)
      throw new AwsError("NoSuchResource", "The specified resource doesn't exist.", {
        status: 404,
      });
    const changed = new Map(Object.entries(readTags(row.tags)));
    change(changed);
    const tags = withSystemTags(Object.fromEntries(changed), context);
    if (countOwnTags(tags) > BUCKET_TAGS_MAX) throw tooManyTags("bucket");
    await tx.db
      .updateTable("s3_buckets")
      .set({ tags: storedTags(tags) })
      .where("bucket_name", "=", name)
      .execute();
  });
}
