import type * as iam from "@aws-sdk/client-iam";
import { policySizeWithoutWhitespace } from "@rolecast/policy";
import { defineOperations } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { encodeDocument } from "../answer-members.ts";
import { limitExceeded, noSuchEntity } from "../errors.ts";
import { onBoundedOwner, onOwner } from "../identities/authorization.ts";
import { type PolicyOwner, refuseProtectedOwner, requireOwner } from "../identities/owners.ts";
import { actsForOwner } from "../identities/protected-role.ts";
import { type PageInput, readPage } from "../pagination.ts";
import { change, type IamParts } from "../parts.ts";
import { INLINE_POLICIES_SIZE } from "../quotas.ts";
import { required } from "../required.ts";
import {
  deleteInlinePolicy,
  findInlineDocument,
  inlinePoliciesOf,
  inlinePolicyNames,
  putInlinePolicy,
} from "../rows/inline-policies.ts";
import type { Db, IamTables, PolicyOwnerKind } from "../tables.ts";
import { checkPolicy } from "./policy-text.ts";

/** The four operations on inline policies, three times: for users, groups and roles. */
export function inlinePolicyOperations(parts: IamParts) {
  const user = (input: { UserName?: string | undefined }) => required(input.UserName, "userName");
  const group = (input: { GroupName?: string | undefined }) =>
    required(input.GroupName, "groupName");
  const role = (input: { RoleName?: string | undefined }) => required(input.RoleName, "roleName");
  return defineOperations<typeof iam>()({
    PutUserPolicy: {
      authorize: (input, context) => onBoundedOwner(context, "user", user(input)),
      handle: (input, context) => put(parts, context, "user", user(input), input),
    },
    PutGroupPolicy: {
      authorize: (input, context) => onOwner(context, "group", group(input)),
      handle: (input, context) => put(parts, context, "group", group(input), input),
    },
    PutRolePolicy: {
      authorize: (input, context) => onBoundedOwner(context, "role", role(input)),
      handle: (input, context) => put(parts, context, "role", role(input), input),
    },
    GetUserPolicy: {
      authorize: (input, context) => onOwner(context, "user", user(input)),
      handle: async (input, context) => ({
        UserName: user(input),
        ...(await get(context, "user", user(input), input.PolicyName)),
      }),
    },
    GetGroupPolicy: {
      authorize: (input, context) => onOwner(context, "group", group(input)),
      handle: async (input, context) => ({
        GroupName: group(input),
        ...(await get(context, "group", group(input), input.PolicyName)),
      }),
    },
    GetRolePolicy: {
      authorize: (input, context) => onOwner(context, "role", role(input)),
      handle: async (input, context) => ({
        RoleName: role(input),
        ...(await get(context, "role", role(input), input.PolicyName)),
      }),
    },
    ListUserPolicies: {
      authorize: (input, context) => onOwner(context, "user", user(input)),
      handle: (input, context) => list(context, "user", user(input), input),
    },
    ListGroupPolicies: {
      authorize: (input, context) => onOwner(context, "group", group(input)),
      handle: (input, context) => list(context, "group", group(input), input),
    },
    ListRolePolicies: {
      authorize: (input, context) => onOwner(context, "role", role(input)),
      handle: (input, context) => list(context, "role", role(input), input),
    },
    DeleteUserPolicy: {
      authorize: (input, context) => onBoundedOwner(context, "user", user(input)),
      handle: (input, context) => remove(parts, context, "user", user(input), input.PolicyName),
    },
    DeleteGroupPolicy: {
      authorize: (input, context) => onOwner(context, "group", group(input)),
      handle: (input, context) => remove(parts, context, "group", group(input), input.PolicyName),
    },
    DeleteRolePolicy: {
      authorize: (input, context) => onBoundedOwner(context, "role", role(input)),
      handle: (input, context) => remove(parts, context, "role", role(input), input.PolicyName),
    },
  });
}

function put(
  parts: IamParts,
  context: RequestContext,
  kind: PolicyOwnerKind,
  name: string,
  input: { PolicyName?: string | undefined; PolicyDocument?: string | undefined },
) {
  const policyName = required(input.PolicyName, "policyName");
  const document = required(input.PolicyDocument, "policyDocument");
  return change(parts, context, async ({ db }) => {
    const owner = await requireOwner(db, context.accountId, kind, name);
    refuseProtectedOwner(owner, context);
    checkPolicy(document, "inline");
    // A service's own role grows with its use, which the service's quotas bound.
    if (!owner.role || !actsForOwner(owner.role, context))
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

async function get(
  context: RequestContext,
  kind: PolicyOwnerKind,
  name: string,
  policyNameInput: string | undefined,
) {
  const policyName = required(policyNameInput, "policyName");
  const db = context.db<IamTables>();
  const owner = await requireOwner(db, context.accountId, kind, name);
  const document = await findInlineDocument(db, owner.id, policyName);
  if (document === undefined) throw noSuchInlinePolicy(kind, policyName);
  return { PolicyName: policyName, PolicyDocument: encodeDocument(document) };
}

async function list(
  context: RequestContext,
  kind: PolicyOwnerKind,
  name: string,
  input: PageInput,
) {
  const db = context.db<IamTables>();
  const owner = await requireOwner(db, context.accountId, kind, name);
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
  kind: PolicyOwnerKind,
  name: string,
  policyNameInput: string | undefined,
) {
  const policyName = required(policyNameInput, "policyName");
  return change(parts, context, async ({ db }) => {
    const owner = await requireOwner(db, context.accountId, kind, name);
    refuseProtectedOwner(owner, context);
    if (!(await deleteInlinePolicy(db, owner.id, policyName)))
      throw noSuchInlinePolicy(kind, policyName);
    return {};
  });
}

function noSuchInlinePolicy(kind: PolicyOwnerKind, policyName: string) {
  return noSuchEntity(`The ${kind} policy with name ${policyName} cannot be found.`);
}
