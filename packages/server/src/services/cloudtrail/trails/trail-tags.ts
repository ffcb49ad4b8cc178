import type * as cloudtrail from "@aws-sdk/client-cloudtrail";
import type { Checked } from "../../../kernel/checked.ts";
import { namedKeys } from "../../../kernel/named-condition-keys.ts";
import { defineOperations } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { invalidTag, resourceNotFound, tooManyTags } from "../errors.ts";
import type { CloudTrailTables, TrailRow } from "../tables.ts";
import { onTrail } from "./on-trail.ts";
import { trailArnOf } from "./trail-names.ts";

/** Source: API reference, AddTags. */
const TAGS_MAX = 50;
const TAG_KEY = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u;
const TAG_VALUE = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u;

type Tag = Checked<cloudtrail.Tag>;
type Tags = Readonly<Record<string, string>>;

export function trailTagOperations() {
  return defineOperations<typeof cloudtrail>()({
    AddTags: {
      authorize: ({ ResourceId, TagsList }, context) =>
        onTrail("AddTags", ResourceId, context, requestTagKeys(TagsList)),
      handle: ({ ResourceId, TagsList }, context) =>
        changeTags(ResourceId, context, (tags, arn) => checkedTags(TagsList, arn, tags)),
    },
    RemoveTags: {
      authorize: ({ ResourceId, TagsList }, context) =>
        onTrail("RemoveTags", ResourceId, context, {
          "aws:tagkeys": TagsList.map(({ Key }) => Key),
        }),
      handle: ({ ResourceId, TagsList }, context) => {
        const gone = new Set(TagsList.map(({ Key }) => Key));
        return changeTags(ResourceId, context, (tags) =>
          Object.fromEntries(Object.entries(tags).filter(([key]) => !gone.has(key))),
        );
      },
    },
    ListTags: {
      authorize: ({ ResourceIdList }, context) =>
        ResourceIdList.map((arn) => onTrail("ListTags", arn, context)),
      handle: async ({ ResourceIdList }, context) => {
        const lists = ResourceIdList.map(async (arn) => {
          const trail = await requireTagged(arn, context);
          return { ResourceId: arn, TagsList: tagList(trail) };
        });
        return { ResourceTagList: await Promise.all(lists) };
      },
    },
  });
}

/** The tags together with those that were there before; throws what AWS refuses. */
export function checkedTags(given: readonly Tag[] = [], arn: string, before: Tags = {}): Tags {
  // AWS doesn't publish the sentence; the error's documentation names duplicates.
  if (new Set(given.map(({ Key }) => Key)).size < given.length)
    throw invalidTag("Tag keys must be unique.");
  const tags = new Map(Object.entries(before));
  for (const { Key, Value = "" } of given) {
    if (Key.toLowerCase().startsWith("aws:"))
      throw invalidTag("Tag keys that begin with aws: are reserved.");
    if (!TAG_KEY.test(Key) || !TAG_VALUE.test(Value))
      throw invalidTag("Tag name or values specified are not in valid format.");
    tags.set(Key, Value);
  }
  if (tags.size > TAGS_MAX) throw tooManyTags(arn, TAGS_MAX);
  return Object.fromEntries(tags);
}

export function requestTagKeys(tags: readonly Tag[] | undefined) {
  if (!tags || tags.length === 0) return {};
  const pairs = tags.map(({ Key, Value = "" }) => [Key, Value] as const);
  return {
    ...namedKeys("aws:requesttag/", pairs),
    "aws:tagkeys": tags.map(({ Key }) => Key),
  };
}

function changeTags(
  resourceId: string,
  context: RequestContext,
  change: (tags: Tags, arn: string) => Tags,
) {
  return context.transaction<CloudTrailTables, object>(async ({ db }) => {
    const { trail_arn, tags } = await requireTagged(resourceId, context);
    const changed = change(JSON.parse(tags) as Tags, trail_arn);
    await db
      .updateTable("cloudtrail_trails")
      .set({ tags: JSON.stringify(changed) })
      .where("trail_arn", "=", trail_arn)
      .execute();
    return {};
  });
}

/** The tag operations say that a resource is missing, not a trail. */
async function requireTagged(
  arn: string,
  context: RequestContext,
): Promise<Pick<TrailRow, "trail_arn" | "tags">> {
  const trail = await context
    .db<CloudTrailTables>()
    .selectFrom("cloudtrail_trails")
    .select(["trail_arn", "tags"])
    .where("trail_arn", "=", trailArnOf(arn, context))
    .where("account_id", "=", context.accountId)
    .executeTakeFirst();
  if (!trail) throw resourceNotFound(arn);
  return trail;
}

function tagList({ tags }: Pick<TrailRow, "tags">): Tag[] {
  return Object.entries(JSON.parse(tags) as Tags).map(([Key, Value]) => ({ Key, Value }));
}
