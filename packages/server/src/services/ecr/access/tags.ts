import { countOwnTags, refuseSystemTags } from "../../../kernel/system-tags.ts";
import { invalidTag, tooManyTags } from "../errors.ts";
import { TAGS_PER_REPOSITORY } from "../quotas.ts";
import type { Tag, Tags } from "./repository-access.ts";

/** Source: API reference, Tag. */
const KEY = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u;
const VALUE = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u;

/** The tags together with those that were there before. Throws what ECR refuses. */
export function checkedTags(given: readonly Tag[] = [], before: Tags = {}): Tags {
  refuseReserved(given.map(({ Key }) => Key));
  for (const { Key, Value } of given) {
    if (!KEY.test(Key) || !VALUE.test(Value)) throw invalidTag(`The tag ${Key} isn't valid.`);
  }
  const added = Object.fromEntries(given.map(({ Key, Value }) => [Key, Value]));
  const tags = { ...before, ...added };
  if (countOwnTags(tags) > TAGS_PER_REPOSITORY) throw tooManyTags();
  return tags;
}

/** Throws InvalidTagParameterException where one of the keys is AWS's own. */
export function refuseReserved(keys: readonly string[]): void {
  refuseSystemTags(keys, () => invalidTag("Tag keys that begin with aws: are reserved."));
}
