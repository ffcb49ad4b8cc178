import type { ContextEntries } from "../../../kernel/authorization.ts";
import { namedKeys } from "../../../kernel/named-condition-keys.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { countOwnTags, refuseSystemTags, withSystemTags } from "../../../kernel/system-tags.ts";
import { constraintViolation, invalidInput } from "../errors.ts";
import type { PolicyType } from "../policy-type.ts";
import { TAGS_MAX } from "../quotas.ts";

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** `organizations:PolicyType`. */
export function typeKey(type: PolicyType | undefined): ContextEntries {
  return { "organizations:policytype": type };
}

/** `organizations:ServicePrincipal`. */
export function principalKey(principal: string | undefined): ContextEntries {
  return { "organizations:serviceprincipal": principal };
}

/** `aws:RequestTag/…` and `aws:TagKeys` of the tags of an input. */
export function tagContext(tags: readonly Tag[] | undefined): ContextEntries {
  if (!tags || tags.length === 0) return {};
  return {
    "aws:tagkeys": tags.map(({ Key }) => Key),
    ...namedKeys(
      "aws:requesttag/",
      tags.map(({ Key, Value }) => [Key, Value]),
    ),
  };
}

/** A stored tag set with those of an input. @throws InvalidInput, ConstraintViolation */
export function withTags(
  stored: string,
  tags: readonly Tag[] | undefined,
  context: RequestContext,
): string {
  const set = new Map(Object.entries(JSON.parse(stored) as Record<string, string>));
  const keys = tags?.map(({ Key }) => Key) ?? [];
  if (new Set(keys).size < keys.length)
    throw invalidInput("DUPLICATE_TAG_KEY", "You specified a tag key more than once.");
  refuseReserved(keys);
  for (const { Key, Value } of tags ?? []) set.set(Key, Value);
  if (countOwnTags(Object.fromEntries(set)) > TAGS_MAX)
    throw constraintViolation(
      "MAX_TAG_LIMIT_EXCEEDED",
      "You have exceeded the maximum number of tags for the resource.",
    );
  return JSON.stringify(withSystemTags(Object.fromEntries(set), context));
}

/** @throws InvalidInput where one of the keys is AWS's own */
export function refuseReserved(keys: readonly string[]): void {
  refuseSystemTags(keys, () =>
    invalidInput("INVALID_SYSTEM_TAGS_PARAMETER", "Tag keys can't begin with aws:."),
  );
}

/** A stored tag set in the form of answers. */
export function tagList(stored: string): Tag[] {
  return Object.entries(JSON.parse(stored) as Record<string, string>).map(([Key, Value]) => ({
    Key,
    Value,
  }));
}
