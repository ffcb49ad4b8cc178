import { parseArn } from "../../kernel/arn.ts";
import type { Authorization } from "../../kernel/operations.ts";
import type { ContextEntries, RequestContext } from "../../kernel/request-context.ts";
import { type ResourceType, resourceArn } from "./resource-arn.ts";
import { findTags, type Tags } from "./rows/tags.ts";

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
 * without tags: who may not see it isn't told that it's missing.
 */
export async function onResource(
  action: string,
  arn: string | undefined,
  context: RequestContext,
  keys: ContextEntries = {},
): Promise<Authorization> {
  const resource = arn ?? "*";
  const owner = parseArn(resource)?.accountId;
  const tags = await findTags(resource, context);
  const entries: Record<string, ContextEntries[string]> = { ...keys };
  for (const [key, value] of Object.entries(tags ?? {}))
    entries[`aws:resourcetag/${key.toLowerCase()}`] = value;
  return {
    action: `ivs:${action}`,
    resource,
    ...(owner ? { resourceAccountId: owner } : {}),
    context: entries,
  };
}
