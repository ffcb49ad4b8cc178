import type { ContextEntries } from "../../../kernel/authorization.ts";
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
    ...Object.fromEntries(
      tags.map(({ Key, Value }) => [`aws:requesttag/${Key.toLowerCase()}`, Value]),
    ),
  };
}

/** A stored tag set with those of an input. @throws InvalidInput, ConstraintViolation */
export function withTags(stored: string, tags: readonly Tag[] | undefined): string {
  const set = new Map(Object.entries(JSON.parse(stored) as Record<string, string>));
  const keys = tags?.map(({ Key }) => Key) ?? [];
  if (new Set(keys).size < keys.length)
    throw invalidInput("DUPLICATE_TAG_KEY", "You specified a tag key more than once.");
  for (const { Key, Value } of tags ?? []) {
    if (Key.toLowerCase().startsWith("aws:"))
      throw invalidInput("INVALID_SYSTEM_TAGS_PARAMETER", "Tag keys can't begin with aws:.");
    set.set(Key, Value);
  }
  if (set.size > TAGS_MAX)
    throw constraintViolation(
      "MAX_TAG_LIMIT_EXCEEDED",
      "You have exceeded the maximum number of tags for the resource.",
    );
  return JSON.stringify(Object.fromEntries(set));
}

/** A stored tag set in the form of answers. */
export function tagList(stored: string): Tag[] {
  return Object.entries(JSON.parse(stored) as Record<string, string>).map(([Key, Value]) => ({
    Key,
    Value,
  }));
}
