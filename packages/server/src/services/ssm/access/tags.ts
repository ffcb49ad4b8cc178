import { countOwnTags, refuseSystemTags } from "../../../kernel/system-tags.ts";
import { tooManyTags, validation } from "../errors.ts";
import { TAGS_PER_PARAMETER } from "../quotas.ts";
import type { Tag, Tags } from "./parameter-access.ts";

/** The tags together with those that were there before. Throws what SSM refuses. */
export function checkedTags(given: readonly Tag[] = [], before: Tags = {}): Tags {
  const names = given.map(({ Key }) => Key);
  refuseReserved(names);
  if (new Set(names).size < names.length) throw validation("Duplicate tag keys.");
  const added = Object.fromEntries(given.map(({ Key, Value }) => [Key, Value]));
  const tags = { ...before, ...added };
  if (countOwnTags(tags) > TAGS_PER_PARAMETER) throw tooManyTags();
  return tags;
}

/** Throws ValidationException where one of the keys is AWS's own. */
export function refuseReserved(keys: readonly string[]): void {
  refuseSystemTags(keys, () => validation("Tag keys that begin with aws: are reserved."));
}
