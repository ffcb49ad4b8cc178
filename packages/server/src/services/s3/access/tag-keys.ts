import type { Tag } from "@aws-sdk/client-s3";
import type { ContextEntries } from "../../../kernel/authorization.ts";
import type { Checked } from "../../../kernel/checked.ts";
import { namedKeys } from "../../../kernel/named-condition-keys.ts";
import { readTags, type TagSet } from "../rows/tag-set.ts";

/**
 * The tags of the `x-amz-tagging` header for the decision. It comes before the checks, so nothing
 * is refused here.
 */
export function tagsInHeader(header: string | undefined): TagSet | undefined {
  if (header === undefined || header === "") return undefined;
  return Object.fromEntries(new URLSearchParams(header));
}

/** The same of a list. */
export function tagsInList(tags: readonly Checked<Tag>[] | undefined): TagSet | undefined {
  if (!tags || tags.length === 0) return undefined;
  return Object.fromEntries(tags.map(({ Key, Value = "" }) => [Key, Value]));
}

/** `aws:RequestTag/<key>` and `aws:TagKeys`: tags that a resource shall have. */
export function tagRequestKeys(tags: readonly Checked<Tag>[] | undefined): ContextEntries {
  if (!tags || tags.length === 0) return {};
  const pairs = tags.map(({ Key, Value }) => [Key, Value] as const);
  return { "aws:tagkeys": tags.map(({ Key }) => Key), ...namedKeys("aws:requesttag/", pairs) };
}

/** `s3:RequestObjectTag/<key>` and `s3:RequestObjectTagKeys`. */
export function requestTagKeys(tags: TagSet | undefined): ContextEntries {
  if (!tags) return {};
  return {
    "s3:requestobjecttagkeys": Object.keys(tags),
    ...namedKeys("s3:requestobjecttag/", Object.entries(tags)),
  };
}

/** `s3:ExistingObjectTag/<key>`. */
export function existingTagKeys(stored: string | null | undefined): ContextEntries {
  if (!stored) return {};
  return namedKeys("s3:existingobjecttag/", Object.entries(readTags(stored)));
}
