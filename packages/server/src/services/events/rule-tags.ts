import type * as eventbridge from "@aws-sdk/client-eventbridge";
import type { Checked } from "../../kernel/checked.ts";
import { countOwnTags, refuseSystemTags } from "../../kernel/system-tags.ts";
import { validation } from "./errors.ts";

type Tags = Readonly<Record<string, string>>;

/** Source: EventBridge user guide, "Tagging resources", tag restrictions. */
const TAGS_MAX = 50;

/** The tags together with those that were there before. Throws ValidationException. */
export function checkedTags(
  given: readonly Checked<eventbridge.Tag>[] = [],
  before: Tags = {},
): Tags {
  refuseReserved(given.map(({ Key }) => Key));
  const tags = { ...before, ...Object.fromEntries(given.map(({ Key, Value }) => [Key, Value])) };
  if (countOwnTags(tags) > TAGS_MAX)
    throw validation(`A resource can't have more than ${TAGS_MAX} tags.`);
  return tags;
}

/** Throws ValidationException where one of the keys is AWS's own. */
export function refuseReserved(keys: readonly string[]): void {
  refuseSystemTags(keys, () => validation("Tag keys that begin with aws: are reserved."));
}
