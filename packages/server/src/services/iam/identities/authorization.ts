import type { Tag } from "@aws-sdk/client-iam";
import type { Authorization, ContextEntries } from "../../../kernel/authorization.ts";
import type { Checked } from "../../../kernel/checked.ts";
import { namedKeys } from "../../../kernel/named-condition-keys.ts";
import type { Decidable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { isAwsPolicyArn } from "../catalogue/aws-managed-policies.ts";
import { findInstanceProfile, instanceProfileArn } from "../rows/instance-profiles.ts";
import { findOwnPolicy } from "../rows/policies.ts";
import { type StoredTag, tagsOf } from "../rows/tags.ts";
import type { Db, IamTables, PolicyOwnerKind } from "../tables.ts";
import { requireCallerUserName } from "./calling-user.ts";
import { findOwner, type OwnerSubject } from "./owners.ts";
import type { PolicySubject, ProfileSubject } from "./subjects.ts";

/*
 * IAM's operations declare here what must be allowed: in most, the action of the operation's own
 * name on one entity. The entity's stored path and tags decide. If there is none, its name alone is
 * decided on, before the answer that it is missing. The entity is handed on as the decision's
 * subject, so that the handler needn't read it again.
 */

/** One pair, and the entity that was read for it. */
export interface OnOne<Subject> extends Decidable<Subject> {
  readonly pairs: Authorization;
}

/** The context entry of the boundary that an operation sets, or that its entity has. */
export const BOUNDARY_KEY = "iam:permissionsboundary";

/** An operation on an existing user, group or role. */
export async function onOwner<Kind extends PolicyOwnerKind>(
  context: RequestContext,
  kind: Kind,
  name: string,
  extra: ContextEntries = {},
): Promise<OnOne<OwnerSubject<Kind>>> {
  const subject = await readOwner(context, kind, name);
  return { pairs: pairOn(context, subject, extra), subject };
}

/** As `onOwner`, for the operations that a condition on the present boundary can restrict. */
export async function onBoundedOwner<Kind extends PolicyOwnerKind>(
  context: RequestContext,
  kind: Kind,
  name: string,
  extra: ContextEntries = {},
): Promise<OnOne<OwnerSubject<Kind>>> {
  return onBounded(context, await readOwner(context, kind, name), extra);
}

/** As `onBoundedOwner`, for an owner that was read already. */
export function onBounded<Kind extends PolicyOwnerKind>(
  context: RequestContext,
  subject: OwnerSubject<Kind>,
  extra: ContextEntries = {},
): OnOne<OwnerSubject<Kind>> {
  const boundary = subject.owner?.boundaryArn ?? undefined;
  const present = boundary === undefined ? {} : { [BOUNDARY_KEY]: boundary };
  return { pairs: pairOn(context, subject, { ...present, ...extra }), subject };
}

/** An operation on the user that a request names, or else on the user who calls. */
export function onUserOrCaller(
  { UserName }: { readonly UserName?: string | undefined },
  context: RequestContext,
  extra: ContextEntries = {},
): Promise<OnOne<OwnerSubject<"user">>> {
  return onOwner(context, "user", UserName ?? requireCallerUserName(context), extra);
}

/** As `onUserOrCaller`, but the root user may name none: it means itself, which has no row. */
export async function onUserOrSelf(
  input: { readonly UserName?: string | undefined },
  context: RequestContext,
): Promise<OnOne<OwnerSubject<"user"> | undefined>> {
  const { principal } = context.caller;
  if (principal.kind !== "root" || input.UserName !== undefined)
    return onUserOrCaller(input, context);
  return { pairs: { action: action(context), resource: principal.arn }, subject: undefined };
}

/** Reads an owner for a decision. */
export async function readOwner<Kind extends PolicyOwnerKind>(
  context: RequestContext,
  kind: Kind,
  name: string,
): Promise<OwnerSubject<Kind>> {
  const db = context.db<IamTables>();
  const owner = await findOwner(db, context.accountId, kind, name);
  // Groups have no tags.
  const tags = owner && kind !== "group" ? await tagsOf(db, owner.id) : [];
  return { kind, name, owner, tags };
}

function pairOn(
  context: RequestContext,
  { kind, name, owner, tags }: OwnerSubject,
  extra: ContextEntries,
): Authorization {
  return {
    action: action(context),
    resource: owner?.arn ?? iamArn(context, kind, `/${name}`),
    resourceLabel: `${kind} ${name}`,
    context: { ...tagEntries(tags), ...extra },
  };
}

export async function onInstanceProfile(
  context: RequestContext,
  name: string,
  extra: ContextEntries = {},
): Promise<OnOne<ProfileSubject>> {
  const db = context.db<IamTables>();
  const profile = await findInstanceProfile(db, context.accountId, name);
  const tags = await tagsOfExisting(db, profile?.profile_id);
  const pairs = {
    action: action(context),
    resource: profile
      ? instanceProfileArn(profile)
      : iamArn(context, "instance-profile", `/${name}`),
    resourceLabel: `instance profile ${name}`,
    context: { ...tagEntries(tags), ...extra },
  };
  return { pairs, subject: { name, profile, tags } };
}

/** An operation on a managed policy, a customer's or AWS's. */
export async function onPolicy(
  context: RequestContext,
  arn: string,
  extra: ContextEntries = {},
): Promise<OnOne<PolicySubject>> {
  const db = context.db<IamTables>();
  const own = isAwsPolicyArn(arn) ? undefined : await findOwnPolicy(db, context.accountId, arn);
  const tags = await tagsOfExisting(db, own?.policy_id);
  const pairs = {
    action: action(context),
    resource: arn,
    resourceLabel: `policy ${arn}`,
    context: { ...tagEntries(tags), ...extra },
  };
  return { pairs, subject: { arn, own, tags } };
}

/** The creation of an entity, with the tags that it will have. */
export function onNew(
  context: RequestContext,
  type: "user" | "group" | "role" | "instance-profile" | "policy",
  pathAndName: { readonly path: string | undefined; readonly name: string },
  extra: ContextEntries = {},
): Authorization {
  return {
    action: action(context),
    resource: iamArn(context, type, `${pathAndName.path ?? "/"}${pathAndName.name}`),
    ...(type === "policy" ? { resourceLabel: `policy ${pathAndName.name}` } : {}),
    context: extra,
  };
}

/** A list of everything below a path: AWS checks the ARN that ends where the names begin. */
export function onList(
  context: RequestContext,
  type: "user" | "group" | "role" | "instance-profile" | "policy",
  pathPrefix: string | undefined,
): Authorization {
  const prefix = pathPrefix ?? "/";
  return {
    action: action(context),
    resource: iamArn(context, type, prefix),
    ...(type === "policy" ? { resourceLabel: `policy path ${prefix}` } : {}),
  };
}

/** An operation on the account as a whole: AWS knows no resource for it. */
export function onAccount(context: RequestContext): Authorization {
  return { action: action(context), resource: "*" };
}

/** The condition keys of the tags in a request. */
export function requestTags(tags: readonly Checked<Tag>[] | undefined): ContextEntries {
  if (tags === undefined || tags.length === 0) return {};
  return {
    ...namedKeys("aws:requesttag/", tags.map(pairOf)),
    "aws:tagkeys": tags.map(({ Key }) => Key),
  };
}

/** The condition key of the boundary that a request sets. */
export function requestBoundary(arn: string | undefined): ContextEntries {
  return arn === undefined ? {} : { [BOUNDARY_KEY]: arn };
}

/** The condition key of the tag keys that an untagging names. */
export function untagKeys(keys: readonly string[] | undefined): ContextEntries {
  return keys === undefined ? {} : { "aws:tagkeys": keys };
}

/** `iam:` and the operation's name, which is the action's name throughout IAM. */
function action(context: RequestContext): string {
  return `iam:${context.operation}`;
}

async function tagsOfExisting(db: Db, ownerId: string | undefined): Promise<StoredTag[]> {
  return ownerId === undefined ? [] : tagsOf(db, ownerId);
}

/** Tags of an existing entity, under both names that conditions know them by. */
function tagEntries(tags: readonly StoredTag[]): ContextEntries {
  const pairs = tags.map(pairOf);
  return { ...namedKeys("aws:resourcetag/", pairs), ...namedKeys("iam:resourcetag/", pairs) };
}

function pairOf({ Key, Value }: StoredTag): readonly [key: string, value: string] {
  return [Key, Value];
}

function iamArn(context: RequestContext, type: string, pathAndName: string): string {
  return `arn:aws:iam::${context.accountId}:${type}${pathAndName}`;
}
