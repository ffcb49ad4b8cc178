import { tooManyTags, validation } from "../errors.ts";
import { TAGS_PER_PARAMETER } from "../quotas.ts";
import type { Tag, Tags } from "./parameter-access.ts";

/** The tags together with those that were there before. Throws what SSM refuses. */
export function checkedTags(given: readonly Tag[] = [], before: Tags = {}): Tags {
  const names = given.map(({ Key }) => Key);
  if (names.some((name) => name.toLowerCase().startsWith("aws:")))
    throw validation("Tag keys that begin with aws: are reserved.");
  if (new Set(names).size < names.length) throw validation("Duplicate tag keys.");
  const added = Object.fromEntries(given.map(({ Key, Value }) => [Key, Value]));
  const tags = { ...before, ...added };
  if (Object.keys(tags).length > TAGS_PER_PARAMETER) throw tooManyTags();
  return tags;
}
