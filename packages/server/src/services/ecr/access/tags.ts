import { invalidTag, tooManyTags } from "../errors.ts";
import { TAGS_PER_REPOSITORY } from "../quotas.ts";
import type { Tag, Tags } from "./repository-access.ts";

/** Source: API reference, Tag. */
const KEY = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u;
const VALUE = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u;

/** The tags together with those that were there before. Throws what ECR refuses. */
export function checkedTags(given: readonly Tag[] = [], before: Tags = {}): Tags {
  for (const { Key, Value } of given) {
    if (Key.toLowerCase().startsWith("aws:"))
      throw invalidTag("Tag keys that begin with aws: are reserved.");
    if (!KEY.test(Key) || !VALUE.test(Value)) throw invalidTag(`The tag ${Key} isn't valid.`);
  }
  const added = Object.fromEntries(given.map(({ Key, Value }) => [Key, Value]));
  const tags = { ...before, ...added };
  if (Object.keys(tags).length > TAGS_PER_REPOSITORY) throw tooManyTags();
  return tags;
}
