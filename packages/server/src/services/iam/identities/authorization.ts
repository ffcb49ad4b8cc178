import type { Tag } from "@aws-sdk/client-iam";
import type { Authorization } from "../../../kernel/operations.ts";
import type { ContextEntries, RequestContext } from "../../../kernel/request-context.ts";
import { isAwsPolicyArn } from "../catalogue/aws-managed-policies.ts";
import { findInstanceProfile } from "../rows/instance-profiles.ts";
import { findOwnPolicy } from "../rows/policies.ts";
import { roleArn } from "../rows/roles.ts";
import { type StoredTag, tagsOf } from "../rows/tags.ts";
import type { Db, IamTables, PolicyOwnerKind } from "../tables.ts";
import { findOwner, type PolicyOwner } from "./owners.ts";
import type { RoleView } from "./role-views.ts";

/*
 * What must be allowed for IAM's operations: in most, the action of the operation's own name on
 * one entity. The entity's stored path and tags decide; of one that doesn't exist the name alone
 * is known, and the decision comes before the answer that it is missing.
 */

/** `iam:` and the operation's name, which is the action's name throughout IAM. */
function action(context: RequestContext): string {
  return `iam:${context.operation}`;
}

/** An operation on an existing user, group or role. */
export async function onOwner(
  context: RequestContext,
  kind: PolicyOwnerKind,
  name: string,
  extra: ContextEntries = {},
): Promise<Authorization> {
  const owner = await findOwner(context.db<IamTables>(), context.accountId, kind, name);
  return forOwner(context, { kind, name, owner }, extra);
}

/** As `onOwner`, for those operations that a condition on the present boundary can restrict. */
export async function onBoundedOwner(
  context: RequestContext,
  kind: PolicyOwnerKind,
  name: string,
  extra: ContextEntries = {},
): Promise<Authorization> {
  const owner = await findOwner(context.db<IamTables>(), context.accountId, kind, name);
  const boundary = owner?.boundaryArn ?? undefined;
  return forOwner(
    context,
    { kind, name, owner },
    { ...(boundary === undefined ? {} : { "iam:permissionsboundary": boundary }), ...extra },
  );
}

/** As `onBoundedOwner`, for a role that was read already. */
export function onRoleView(
  context: RequestContext,
  name: string,
  view: RoleView | undefined,
): Authorization {
  const boundary = view?.role.boundary_arn ?? undefined;
  return {
    action: action(context),
    resource: view ? roleArn(view.role) : iamArn(context, "role", `/${name}`),
    resourceLabel: `role ${name}`,
    context: {
      ...tagEntries(view?.tags ?? []),
      ...(boundary === undefined ? {} : { "iam:permissionsboundary": boundary }),
    },
  };
}

async function forOwner(
  context: RequestContext,
  target: { kind: PolicyOwnerKind; name: string; owner: PolicyOwner | undefined },
  extra: ContextEntries,
): Promise<Authorization> {
  const { kind, name, owner } = target;
  const tags =
    owner && kind !== "group" ? await resourceTags(context.db<IamTables>(), owner.id) : {};
  return {
    action: action(context),
    resource: owner?.arn ?? iamArn(context, kind, `/${name}`),
    resourceLabel: `${kind} ${name}`,
    context: { ...tags, ...extra },
  };
}

export async function onInstanceProfile(
  context: RequestContext,
  name: string,
  extra: ContextEntries = {},
): Promise<Authorization> {
  const db = context.db<IamTables>();
  const profile = await findInstanceProfile(db, context.accountId, name);
  return {
    action: action(context),
    resource: iamArn(
      context,
      "instance-profile",
      `${profile?.path ?? "/"}${profile?.profile_name ?? name}`,
    ),
    resourceLabel: `instance profile ${name}`,
    context: { ...(profile ? await resourceTags(db, profile.profile_id) : {}), ...extra },
  };
}

/** An operation on a managed policy, a customer's or AWS's. */
export async function onPolicy(
  context: RequestContext,
  arn: string,
  extra: ContextEntries = {},
): Promise<Authorization> {
  const db = context.db<IamTables>();
  const own = isAwsPolicyArn(arn) ? undefined : await findOwnPolicy(db, context.accountId, arn);
  return {
    action: action(context),
    resource: arn,
    resourceLabel: `policy ${arn}`,
    context: { ...(own ? await resourceTags(db, own.policy_id) : {}), ...extra },
  };
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

/** Condition keys of the tags in a request. */
export function requestTags(tags: readonly Tag[] | undefined): ContextEntries {
  if (tags === undefined || tags.length === 0) return {};
  const entries: Record<string, string | readonly string[]> = {};
  const keys: string[] = [];
  for (const { Key, Value } of tags) {
    if (Key === undefined) continue;
    entries[`aws:requesttag/${Key.toLowerCase()}`] = Value ?? "";
    keys.push(Key);
  }
  return { ...entries, "aws:tagkeys": keys };
}

/** The condition key of the tag keys that an untagging names. */
export function untagKeys(keys: readonly string[] | undefined): ContextEntries {
  return keys === undefined ? {} : { "aws:tagkeys": keys };
}

/** Tags of an existing entity, under both names that conditions know them by. */
async function resourceTags(db: Db, ownerId: string): Promise<ContextEntries> {
  return tagEntries(await tagsOf(db, ownerId));
}

function tagEntries(tags: readonly StoredTag[]): ContextEntries {
  const entries: Record<string, string> = {};
  for (const { Key, Value } of tags) {
    entries[`aws:resourcetag/${Key.toLowerCase()}`] = Value;
    entries[`iam:resourcetag/${Key.toLowerCase()}`] = Value;
  }
  return entries;
}

function iamArn(context: RequestContext, type: string, pathAndName: string): string {
  return `arn:aws:iam::${context.accountId}:${type}${pathAndName}`;
}
