import type * as iam from "@aws-sdk/client-iam";
import { policySizeWithoutWhitespace } from "@rolecast/policy";
import { defineOperations, withSubject } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { encodeDocument } from "../answer-members.ts";
import { limitExceeded, noSuchEntity } from "../errors.ts";
import { onBoundedOwner, onOwner } from "../identities/authorization.ts";
import {
  current,
  existing,
  type OwnerSubject,
  type PolicyOwner,
  refuseProtectedOwner,
  roleOf,
} from "../identities/owners.ts";
import { actsForOwner } from "../identities/protected-role.ts";
import { type PageInput, readPage } from "../pagination.ts";
import { change, type IamParts } from "../parts.ts";
import { INLINE_POLICIES_SIZE } from "../quotas.ts";
import {
  deleteInlinePolicy,
  findInlineDocument,
  inlinePoliciesOf,
  inlinePolicyNames,
  putInlinePolicy,
} from "../rows/inline-policies.ts";
import type { Db, IamTables, PolicyOwnerKind } from "../tables.ts";
import { checkPolicy } from "./policy-text.ts";

interface NamedDocument {
  readonly PolicyName: string;
  readonly PolicyDocument: string;
}

/** The four operations on inline policies, three times: for users, groups and roles. */
export function inlinePolicyOperations(parts: IamParts) {
  return defineOperations<typeof iam>()({
    PutUserPolicy: withSubject({
      authorize: (input, context) => onBoundedOwner(context, "user", input.UserName),
      handle: (input, context, user) => put(parts, context, user, input),
    }),
    PutGroupPolicy: withSubject({
      authorize: (input, context) => onOwner(context, "group", input.GroupName),
      handle: (input, context, group) => put(parts, context, group, input),
    }),
    PutRolePolicy: withSubject({
      authorize: (input, context) => onBoundedOwner(context, "role", input.RoleName),
      handle: (input, context, role) => put(parts, context, role, input),
    }),
    GetUserPolicy: withSubject({
      authorize: (input, context) => onOwner(context, "user", input.UserName),
      handle: async (input, context, user) => ({
        UserName: input.UserName,
        ...(await get(context, user, input.PolicyName)),
      }),
    }),
    GetGroupPolicy: withSubject({
      authorize: (input, context) => onOwner(context, "group", input.GroupName),
      handle: async (input, context, group) => ({
        GroupName: input.GroupName,
        ...(await get(context, group, input.PolicyName)),
      }),
    }),
    GetRolePolicy: withSubject({
      authorize: (input, context) => onOwner(context, "role", input.RoleName),
      handle: async (input, context, role) => ({
        RoleName: input.RoleName,
        ...(await get(context, role, input.PolicyName)),
      }),
    }),
    ListUserPolicies: withSubject({
      authorize: (input, context) => onOwner(context, "user", input.UserName),
      handle: (input, context, user) => list(context, user, input),
    }),
    ListGroupPolicies: withSubject({
      authorize: (input, context) => onOwner(context, "group", input.GroupName),
      handle: (input, context, group) => list(context, group, input),
    }),
    ListRolePolicies: withSubject({
      authorize: (input, context) => onOwner(context, "role", input.RoleName),
      handle: (input, context, role) => list(context, role, input),
    }),
    DeleteUserPolicy: withSubject({
      authorize: (input, context) => onBoundedOwner(context, "user", input.UserName),
      handle: (input, context, user) => remove(parts, context, user, input.PolicyName),
    }),
    DeleteGroupPolicy: withSubject({
      authorize: (input, context) => onOwner(context, "group", input.GroupName),
      handle: (input, context, group) => remove(parts, context, group, input.PolicyName),
    }),
    DeleteRolePolicy: withSubject({
      authorize: (input, context) => onBoundedOwner(context, "role", input.RoleName),
      handle: (input, context, role) => remove(parts, context, role, input.PolicyName),
    }),
  });
}

function put(
  parts: IamParts,
  context: RequestContext,
  subject: OwnerSubject,
  { PolicyName: policyName, PolicyDocument: document }: NamedDocument,
) {
  return change(parts, context, async ({ db }) => {
    const owner = await current(db, subject);
    refuseProtectedOwner(owner, context);
    checkPolicy(document, "inline");
    const role = roleOf(owner);
    // A service's own role grows with its use, which the service's quotas bound.
    if (!role || !actsForOwner(role, context))
      await refuseOversize(db, owner, policyName, document);
    await putInlinePolicy(db, context.accountId, owner.id, policyName, document);
    return {};
  });
}

async function refuseOversize(
  db: Db,
  owner: PolicyOwner,
  policyName: string,
  document: string,
): Promise<void> {
  const others = await inlinePoliciesOf(db, [owner.id]);
  const total = others
    .filter((policy) => policy.policy_name.toLowerCase() !== policyName.toLowerCase())
    .reduce((sum, policy) => sum + policySizeWithoutWhitespace(policy.document), 0);
  const max = INLINE_POLICIES_SIZE[owner.kind];
  if (total + policySizeWithoutWhitespace(document) > max)
    throw limitExceeded(
      `Maximum policy size of ${max} bytes exceeded for ${owner.kind} ${owner.name}`,
    );
}

async function get(context: RequestContext, subject: OwnerSubject, policyName: string) {
  const { id, kind } = existing(subject);
  const document = await findInlineDocument(context.db<IamTables>(), id, policyName);
  if (document === undefined) throw noSuchInlinePolicy(kind, policyName);
  return { PolicyName: policyName, PolicyDocument: encodeDocument(document) };
}

async function list(context: RequestContext, subject: OwnerSubject, input: PageInput) {
  const db = context.db<IamTables>();
  const owner = existing(subject);
  const page = await readPage(
    input,
    (after, limit) => inlinePolicyNames(db, owner.id, after, limit),
    (policyName) => policyName,
  );
  return { PolicyNames: [...page.items], ...page.output };
}

function remove(
  parts: IamParts,
  context: RequestContext,
  subject: OwnerSubject,
  policyName: string,
) {
  return change(parts, context, async ({ db }) => {
    const owner = await current(db, subject);
    refuseProtectedOwner(owner, context);
    if (!(await deleteInlinePolicy(db, owner.id, policyName)))
      throw noSuchInlinePolicy(owner.kind, policyName);
    return {};
  });
}

function noSuchInlinePolicy(kind: PolicyOwnerKind, policyName: string) {
  return noSuchEntity(`The ${kind} policy with name ${policyName} cannot be found.`);
}
