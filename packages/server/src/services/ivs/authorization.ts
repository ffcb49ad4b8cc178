import { parseArn } from "../../kernel/arn.ts";
import type { Authorization, ContextEntries } from "../../kernel/authorization.ts";
import type { RequestContext } from "../../kernel/request-context.ts";
import { type ResourceType, resourceArn } from "./resource-arn.ts";
import { findResource } from "./rows/resources.ts";
import { readTags, type Tags } from "./rows/tags.ts";
import type { ResourceRow } from "./tables.ts";

/*
 * Actions, resource types and condition keys follow the Service Authorization Reference, "Actions,
 * resources, and condition keys for Amazon Interactive Video Service".
 */

/** `aws:RequestTag/…` and `aws:TagKeys` of a request that brings tags. */
export function requestTagKeys(tags: Tags | undefined): ContextEntries {
  const entries: Record<string, string | readonly string[]> = {};
  if (tags === undefined) return entries;
  for (const [key, value] of Object.entries(tags))
    entries[`aws:requesttag/${key.toLowerCase()}`] = value;
  entries["aws:tagkeys"] = Object.keys(tags);
  return entries;
}

/** For an action on resources that don't exist yet, or on all of a type. */
export function onAny(
  action: string,
  type: ResourceType,
  context: RequestContext,
  keys: ContextEntries = {},
): Authorization {
  return { action: `ivs:${action}`, resource: resourceArn(context, type, "*"), context: keys };
}

/**
 * For an action on one resource, with its tags as condition keys. One that doesn't exist is decided
 * without tags, so that callers who may not see it can't tell that it's missing.
 */
export async function onResource(
  action: string,
  arn: string,
  context: RequestContext,
  keys: ContextEntries = {},
): Promise<Authorization> {
  return onRow(action, arn, await findResource(arn, context), keys);
}

/** The same for a resource whose row was found; undefined where there is none. */
export function onRow(
  action: string,
  arn: string,
  row: ResourceRow | undefined,
  keys: ContextEntries = {},
): Authorization {
  const owner = parseArn(arn)?.accountId;
  const entries: Record<string, ContextEntries[string]> = { ...keys };
  for (const [key, value] of Object.entries(row ? readTags(row.tags) : {}))
    entries[`aws:resourcetag/${key.toLowerCase()}`] = value;
  return {
    action: `ivs:${action}`,
    resource: arn,
    ...(owner ? { resourceAccountId: owner } : {}),
    context: entries,
  };
}
