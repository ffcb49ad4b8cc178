import type { Tag } from "@aws-sdk/client-s3";
import type { Checked } from "../../../kernel/checked.ts";
import { isSystemTag } from "../../../kernel/system-tags.ts";
import { invalidArgument, invalidTag, reservedTagKey, tooManyTags } from "../errors.ts";

export type TagSet = Readonly<Record<string, string>>;

/** Source: Amazon S3 user guide, "Categorizing your objects using tags". */
const OBJECT_TAGS_MAX = 10;
/** Source: Amazon S3 user guide, "Using cost allocation S3 bucket tags". */
export const BUCKET_TAGS_MAX = 50;
const TAG_KEY_CHARS_MAX = 128;
const TAG_VALUE_CHARS_MAX = 256;
const SYSTEM_TAG = {
  object: (key: string) => invalidTag("Your TagKey cannot be prefixed with aws:", { TagKey: key }),
  bucket: (key: string) =>
    invalidTag("System tags cannot be added/updated by requester", { TagKey: key }),
  "new bucket": reservedTagKey,
};

/** The `x-amz-tagging` header: a query string. Throws InvalidArgument or InvalidTag. */
export function parseTaggingHeader(header: string | undefined): TagSet | undefined {
  if (header === undefined || header === "") return undefined;
  const pairs = [...new URLSearchParams(header)];
  const tags = pairs.map(([Key, Value]) => ({ Key, Value }));
  const isWellFormed = pairs.every(([key, value]) => isTagKey(key) && isTagValue(value));
  if (!isWellFormed || new Set(pairs.map(([key]) => key)).size !== pairs.length) {
    throw invalidArgument(
      "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.",
      "x-amz-tagging",
      header,
    );
  }
  return toTagSet(tags, "object");
}

/**
 * Checks a list of tags and makes a set of it; undefined for an empty one. AWS's own tags may be
 * among them as `kept` has them. Throws InvalidTag.
 */
export function toTagSet(
  tags: readonly Checked<Tag>[] | undefined,
  kind: keyof typeof SYSTEM_TAG,
  kept: TagSet = {},
): TagSet | undefined {
  if (!tags || tags.length === 0) return undefined;
  const max = kind === "object" ? OBJECT_TAGS_MAX : BUCKET_TAGS_MAX;
  if (tags.filter(({ Key }) => !Object.hasOwn(kept, Key)).length > max) {
    throw tooManyTags(kind === "object" ? "object" : "bucket");
  }
  const set = new Map<string, string>();
  for (const { Key: key, Value: value = "" } of tags) {
    const named = { TagKey: key };
    if (!isTagKey(key)) throw invalidTag("The TagKey you have provided is invalid", named);
    if (!isTagValue(value)) {
      const fields = { ...named, TagValue: value };
      throw invalidTag("The TagValue you have provided is invalid", fields);
    }
    if (key.startsWith("aws:") && (!Object.hasOwn(kept, key) || kept[key] !== value))
      throw SYSTEM_TAG[kind](key);
    if (set.has(key)) throw invalidTag("Cannot provide multiple Tags with the same key", named);
    set.set(key, value);
  }
  return Object.fromEntries(set);
}

export function isTagKey(key: string): boolean {
  return key !== "" && key.length <= TAG_KEY_CHARS_MAX && hasTagCharacters(key);
}

export function isTagValue(value: string): boolean {
  return value.length <= TAG_VALUE_CHARS_MAX && hasTagCharacters(value);
}

export function toTagList(stored: string | null): Tag[] {
  return Object.entries(readTags(stored)).map(([Key, Value]) => ({ Key, Value }));
}

export function readTags(stored: string | null): TagSet {
  return stored === null ? {} : (JSON.parse(stored) as TagSet);
}

/** The tags that AWS itself gave. */
export function systemTagsOf(stored: string | null): TagSet {
  return Object.fromEntries(Object.entries(readTags(stored)).filter(([key]) => isSystemTag(key)));
}

export function storedTags(tags: TagSet): string | null {
  return Object.keys(tags).length === 0 ? null : JSON.stringify(tags);
}

function hasTagCharacters(text: string): boolean {
  return /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(text);
}
