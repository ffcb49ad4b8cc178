import type { Tag } from "@aws-sdk/client-iam";
import { parseArn } from "../../../kernel/arn.ts";
import type { ContextEntries } from "../../../kernel/authorization.ts";
import type { Checked } from "../../../kernel/checked.ts";
import { namedKeys } from "../../../kernel/named-condition-keys.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { invalidInput } from "../errors.ts";
import type { OnOne } from "../identities/authorization.ts";
import { type PageInput, pageOf } from "../pagination.ts";
import { change, type IamParts } from "../parts.ts";
import { putTags, removeTags, type StoredTag, tagOrder, tagsOf } from "../rows/tags.ts";
import type { Db, IamTables } from "../tables.ts";

/*
 * The three operations on tags, for everything that has some. Conditions know the tags of
 * providers, MFA devices and server certificates as `aws:ResourceTag` only.
 */

/**
 * An operation on a resource by its ARN. `tagOwner` is undefined when it doesn't exist. A
 * resource of another account has no tags for the callers of this one.
 */
export async function onTaggedResource(
  context: RequestContext,
  arn: string,
  tagOwner: string | undefined,
  extra: ContextEntries = {},
): Promise<OnOne<TaggedSubject>> {
  const isOwn = parseArn(arn)?.accountId === context.accountId;
  const tags =
    isOwn && tagOwner !== undefined ? await tagsOf(context.db<IamTables>(), tagOwner) : [];
  const entries = tags.map(({ Key, Value }) => [Key, Value] as const);
  const pairs = {
    action: `iam:${context.operation}`,
    resource: arn,
    context: { ...namedKeys("aws:resourcetag/", entries), ...extra },
  };
  return { pairs, subject: { arn, tags } };
}

/** A resource that an ARN names, as it was when an operation on it was decided. */
export interface TaggedSubject {
  readonly arn: string;
  readonly tags: readonly StoredTag[];
}

/** Finds a resource in a transaction and returns the owner of its tags. @throws NoSuchEntity */
export type FindTagOwner = (db: Db) => Promise<string>;

export function tagResource(
  parts: IamParts,
  context: RequestContext,
  find: FindTagOwner,
  tags: readonly Checked<Tag>[],
): Promise<object> {
  requireSome(tags);
  return change(parts, context, async ({ db }) => {
    await putTags(db, context.accountId, await find(db), tags);
    return {};
  });
}

/** Removes tags of providers, devices and certificates; of other resources, see `removeKeys`. */
export function untagResource(
  parts: IamParts,
  context: RequestContext,
  find: FindTagOwner,
  keys: readonly string[],
): Promise<object> {
  requireSome(keys);
  return removeKeys(parts, context, find, keys);
}

/** AWS takes an empty list of keys here. */
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

function requireSome(items: readonly unknown[]): void {
  if (items.length === 0) throw invalidInput("Error occurred while validating input. ");
}

/** A page of the tags that were read for the decision. */
export async function tagPage(tagOwner: string, tags: readonly StoredTag[], input: PageInput) {
  const page = await pageOf(input, tags, tagOrder(tagOwner));
  return { Tags: [...page.items], ...page.output };
}
