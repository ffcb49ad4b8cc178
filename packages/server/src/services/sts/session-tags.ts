import type * as sts from "@aws-sdk/client-sts";
import type { ContextEntries } from "../../kernel/authorization.ts";
import type { Checked } from "../../kernel/checked.ts";
import { namedKeys } from "../../kernel/named-condition-keys.ts";
import { invalidParameterValue } from "./errors.ts";
import type { SessionTag } from "./session.ts";

type Tag = Checked<sts.Tag>;

/** A new session's tags, and those of them that later sessions inherit. */
export interface SessionTags {
  readonly tags: readonly SessionTag[];
  readonly transitiveTagKeys: readonly string[];
}

/**
 * Joins passed with inherited tags. Keys are compared irrespective of case.
 *
 * @throws InvalidParameterValue in AWS's words when keys repeat, conflict or are missing.
 */
export function sessionTags(
  passed: readonly Tag[] | undefined,
  transitiveTagKeys: readonly string[] | undefined,
  inherited: readonly SessionTag[],
): SessionTags {
  const tags = (passed ?? []).map(({ Key, Value }) => ({ key: Key, value: Value }));
  const keys = new Set<string>();
  for (const { key } of tags) {
    const folded = key.toLowerCase();
    if (folded.startsWith("aws:"))
      throw invalidParameterValue("Session tag keys may not start with aws:, which is reserved.");
    if (keys.has(folded))
      throw invalidParameterValue(
        "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
      );
    keys.add(folded);
  }
  for (const { key } of inherited) {
    if (keys.has(key.toLowerCase()))
      throw invalidParameterValue(
        "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
      );
  }
  const transitive = (transitiveTagKeys ?? []).map((key) => {
    const tag = tags.find((candidate) => candidate.key.toLowerCase() === key.toLowerCase());
    if (!tag)
      throw invalidParameterValue(
        "The specified transitive tag key must be included in the requested tags.",
      );
    return tag.key;
  });
  return {
    tags: [...inherited, ...tags],
    transitiveTagKeys: [...new Set([...inherited.map(({ key }) => key), ...transitive])],
  };
}

/** The condition keys of a request's tags. */
export function requestTagKeys(tags: readonly Tag[]): ContextEntries {
  const pairs = tags.map(({ Key, Value }) => [Key, Value] as const);
  return {
    ...namedKeys("aws:requesttag/", pairs),
    "aws:tagkeys": tags.length > 0 ? tags.map(({ Key }) => Key) : undefined,
  };
}

/** `over` wins where a key is in both, irrespective of case. */
export function overriddenBy(
  base: Readonly<Record<string, string>>,
  over: readonly SessionTag[],
): readonly SessionTag[] {
  const byKey = new Map<string, SessionTag>();
  for (const [key, value] of Object.entries(base)) byKey.set(key.toLowerCase(), { key, value });
  for (const tag of over) byKey.set(tag.key.toLowerCase(), tag);
  return [...byKey.values()];
}
