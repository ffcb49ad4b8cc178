import type { Tag } from "@aws-sdk/client-s3";
import type { ContextEntries } from "../../../kernel/authorization.ts";
import type { Checked } from "../../../kernel/checked.ts";
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
  const entries: Record<string, string | readonly string[]> = {
    "aws:tagkeys": tags.map(({ Key }) => Key),
  };
  for (const { Key, Value } of tags) entries[`aws:requesttag/${Key.toLowerCase()}`] = Value;
  return entries;
}

/** `s3:RequestObjectTag/<key>` and `s3:RequestObjectTagKeys`. */
export function requestTagKeys(tags: TagSet | undefined): ContextEntries {
  if (!tags) return {};
  const entries: Record<string, string | readonly string[]> = {
    "s3:requestobjecttagkeys": Object.keys(tags),
  };
  for (const [key, value] of Object.entries(tags)) {
    entries[`s3:requestobjecttag/${key.toLowerCase()}`] = value;
  }
  return entries;
}

/** `s3:ExistingObjectTag/<key>`. */
export function existingTagKeys(stored: string | null | undefined): ContextEntries {
  if (!stored) return {};
  const tags = Object.entries(readTags(stored));
  return Object.fromEntries(
    tags.map(([key, value]) => [`s3:existingobjecttag/${key.toLowerCase()}`, value]),
  );
}
