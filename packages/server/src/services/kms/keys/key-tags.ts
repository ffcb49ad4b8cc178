import type * as kms from "@aws-sdk/client-kms";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { requestTagKeys, type Tag } from "../access/condition-keys.ts";
import { currentKey, keyOperation, requireNotPending } from "../access/key-operation.ts";
import { invalidTag } from "../errors.ts";
import { pageOf } from "../page.ts";
import { TAGS_PER_KEY } from "../quotas.ts";
import { updateKey } from "../rows/keys.ts";
import type { KeyRow, KmsTables } from "../tables.ts";

type Tags = Readonly<Record<string, string>>;

/** Source: API reference, ListResourceTags. */
const LIST_LIMIT = 50;

/** TagResource, UntagResource, ListResourceTags. */
export function keyTagOperations(): OperationTable {
  return defineOperations<typeof kms>()({
    TagResource: keyOperation(
      "TagResource",
      { asked: ({ Tags }) => ({ keys: requestTagKeys(Tags) }) },
      (key, { Tags }, context) => {
        return context.transaction<KmsTables, object>(async ({ db }) => {
          const current = await currentKey(key, context, db);
          requireNotPending(current);
          await write(current, checkedTags(Tags, tagsOf(current)), db);
          return {};
        });
      },
    ),
    UntagResource: keyOperation(
      "UntagResource",
      { asked: ({ TagKeys }) => ({ keys: { "aws:tagkeys": TagKeys } }) },
      (key, { TagKeys }, context) => {
        const gone = new Set(TagKeys);
        return context.transaction<KmsTables, object>(async ({ db }) => {
          const current = await currentKey(key, context, db);
          requireNotPending(current);
          const kept = Object.entries(tagsOf(current)).filter(([name]) => !gone.has(name));
          await write(current, Object.fromEntries(kept), db);
          return {};
        });
      },
    ),
    ListResourceTags: keyOperation("ListResourceTags", {}, async (key, input) => {
      const tags = Object.entries(tagsOf(key)).sort(([one], [other]) => (one < other ? -1 : 1));
      const { rows, rest } = await pageOf(
        input,
        "tags",
        LIST_LIMIT,
        async (after, limit) => tags.filter(([name]) => name > after).slice(0, limit),
        ([name]) => name,
      );
      return { Tags: rows.map(([TagKey, TagValue]) => ({ TagKey, TagValue })), ...rest };
    }),
  });
}

/** The tags together with those that were there before. Throws TagException. */
export function checkedTags(given: readonly Tag[] = [], before: Tags = {}): Tags {
  const names = given.map(({ TagKey }) => TagKey);
  if (names.some((name) => name.toLowerCase().startsWith("aws:")))
    throw invalidTag("Tags beginning with aws: are reserved");
  if (new Set(names).size < names.length) throw invalidTag("Duplicate tag keys");
  const added = Object.fromEntries(given.map(({ TagKey, TagValue }) => [TagKey, TagValue]));
  const tags = { ...before, ...added };
  if (Object.keys(tags).length > TAGS_PER_KEY) throw invalidTag("Too many tags");
  return tags;
}

function tagsOf({ tags }: KeyRow): Tags {
  return JSON.parse(tags) as Tags;
}

function write(key: KeyRow, tags: Tags, db: Parameters<typeof updateKey>[2]): Promise<void> {
  return updateKey(key, { tags: JSON.stringify(tags) }, db);
}
