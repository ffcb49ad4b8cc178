import type { Authorization } from "../../../kernel/operations.ts";
import type { ContextEntries, RequestContext } from "../../../kernel/request-context.ts";
import type { Transaction } from "../../../kernel/store.ts";
import { invalidInput } from "../errors.ts";
import type { PageInput } from "../pagination.ts";
import { change, type IamParts } from "../parts.ts";
import { required } from "../required.ts";
import { putTags, readTagPage, removeTags, tagsOf } from "../rows/tags.ts";
import type { IamTables } from "../tables.ts";

/*
 * What can be tagged. Conditions know the tags of providers, MFA devices and server certificates as
 * `aws:ResourceTag` only.
 */

/** An operation on a resource by its ARN. `tagOwner` is undefined when it doesn't exist. */
export async function onTaggedResource(
  context: RequestContext,
  arn: string,
  tagOwner: string | undefined,
  extra: ContextEntries = {},
): Promise<Authorization> {
  const tags = tagOwner === undefined ? [] : await tagsOf(context.db<IamTables>(), tagOwner);
  const entries = tags.map(({ Key, Value }) => [`aws:resourcetag/${Key.toLowerCase()}`, Value]);
  return {
    action: `iam:${context.operation}`,
    resource: arn,
    context: { ...Object.fromEntries(entries), ...extra },
  };
}

/** Finds a resource and says the owner of its tags. @throws NoSuchEntity */
export type FindTagOwner = (db: Transaction<IamTables>["db"]) => Promise<string>;

export function tagResource(
  parts: IamParts,
  context: RequestContext,
  find: FindTagOwner,
  tags: Parameters<typeof putTags>[3],
): Promise<object> {
  const given = requireSome(tags, "tags");
  return change(parts, context, async ({ db }) => {
    await putTags(db, context.accountId, await find(db), given);
    return {};
  });
}

/** Of providers, devices and certificates: of others, AWS takes an empty list. */
export function untagResource(
  parts: IamParts,
  context: RequestContext,
  find: FindTagOwner,
  keys: readonly string[] | undefined,
): Promise<object> {
  return removeKeys(parts, context, find, requireSome(keys, "tagKeys"));
}

export function removeKeys(
  parts: IamParts,
  context: RequestContext,
  find: FindTagOwner,
  keys: readonly string[],
): Promise<object> {
  return change(parts, context, async ({ db }) => {
    await removeTags(db, await find(db), keys);
    return {};
  });
}

function requireSome<Item>(items: readonly Item[] | undefined, member: string): readonly Item[] {
  const given = required(items, member);
  if (given.length === 0) throw invalidInput("Error occurred while validating input. ");
  return given;
}

export async function listResourceTags(
  context: RequestContext,
  find: FindTagOwner,
  input: PageInput,
) {
  const db = context.db<IamTables>();
  return readTagPage(db, await find(db), input);
}
