import type { ContextEntries } from "../../../kernel/authorization.ts";
import { namedKeys } from "../../../kernel/named-condition-keys.ts";
import { countOwnTags, refuseSystemTags } from "../../../kernel/system-tags.ts";
import { invalidParameterValue } from "../errors.ts";

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

export type Tags = Readonly<Record<string, string>>;

/** Source: CloudWatch API reference, TagResource: as many tags as a resource may have. */
const TAGS_MAX = 50;

/** The tags together with those that were there before. Throws what CloudWatch refuses. */
export function checkedTags(given: readonly Tag[] = [], before: Tags = {}): Tags {
  refuseReserved(given.map(({ Key }) => Key));
  const tags = { ...before, ...Object.fromEntries(given.map(({ Key, Value }) => [Key, Value])) };
  if (countOwnTags(tags) > TAGS_MAX)
    throw invalidParameterValue(`A resource can't have more than ${TAGS_MAX} tags.`);
  return tags;
}

/** Throws InvalidParameterValue where one of the keys is AWS's own. */
export function refuseReserved(keys: readonly string[]): void {
  refuseSystemTags(keys, () =>
    invalidParameterValue("Tag keys that begin with aws: are reserved."),
  );
}

export function tagsIn(json: string): Tags {
  return JSON.parse(json) as Tags;
}

export function tagList(json: string): readonly Tag[] {
  return Object.entries(tagsIn(json)).map(([Key, Value]) => ({ Key, Value }));
}

export function requestTagKeys(tags: readonly Tag[] = []): ContextEntries {
  if (tags.length === 0) return {};
  const pairs = tags.map(({ Key, Value }) => [Key, Value] as const);
  return {
    ...namedKeys("aws:requesttag/", pairs),
    "aws:tagkeys": tags.map(({ Key }) => Key),
  };
}

/** @param json - the tags of the resource's row; undefined where there is no resource */
export function resourceTagKeys(json: string | undefined): ContextEntries {
  if (json === undefined) return {};
  return namedKeys("aws:resourcetag/", Object.entries(tagsIn(json)));
}
