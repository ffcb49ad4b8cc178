import type * as iam from "@aws-sdk/client-iam";
import { defineOperations, withSubject } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { SERVICE_ROLE_PATH } from "../catalogue/aws-managed-policies.ts";
import { noSuchPolicy, notAttachable, policyNotAttachable, quotaExceeded } from "../errors.ts";
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
import { type PageInput, pageOf } from "../pagination.ts";
import { change, type IamParts } from "../parts.ts";
import { ATTACHED_POLICIES_MAX } from "../quotas.ts";
import { attachedArns, deleteAttachment, insertAttachment } from "../rows/policy-attachments.ts";
import type { IamTables } from "../tables.ts";
import { findPolicy, type ManagedPolicy, requirePolicyArn } from "./managed-policies.ts";

interface AttachInput {
  readonly PolicyArn: string;
}

/** The three operations on attached policies, three times: for users, groups and roles. */
export function attachedPolicyOperations(parts: IamParts) {
  const policyKey = (input: AttachInput) => ({ "iam:policyarn": input.PolicyArn });
  return defineOperations<typeof iam>()({
    AttachUserPolicy: withSubject({
      authorize: (input, context) =>
        onBoundedOwner(context, "user", input.UserName, policyKey(input)),
      handle: (input, context, user) => attach(parts, context, user, input),
    }),
    AttachGroupPolicy: withSubject({
      authorize: (input, context) => onOwner(context, "group", input.GroupName, policyKey(input)),
      handle: (input, context, group) => attach(parts, context, group, input),
    }),
    AttachRolePolicy: withSubject({
      authorize: (input, context) =>
        onBoundedOwner(context, "role", input.RoleName, policyKey(input)),
      handle: (input, context, role) => attach(parts, context, role, input),
    }),
    DetachUserPolicy: withSubject({
      authorize: (input, context) =>
        onBoundedOwner(context, "user", input.UserName, policyKey(input)),
      handle: (input, context, user) => detach(parts, context, user, input),
    }),
    DetachGroupPolicy: withSubject({
      authorize: (input, context) => onOwner(context, "group", input.GroupName, policyKey(input)),
      handle: (input, context, group) => detach(parts, context, group, input),
    }),
    DetachRolePolicy: withSubject({
      authorize: (input, context) =>
        onBoundedOwner(context, "role", input.RoleName, policyKey(input)),
      handle: (input, context, role) => detach(parts, context, role, input),
    }),
    ListAttachedUserPolicies: withSubject({
      authorize: (input, context) => onOwner(context, "user", input.UserName),
      handle: (input, context, user) => list(context, user, input),
    }),
    ListAttachedGroupPolicies: withSubject({
      authorize: (input, context) => onOwner(context, "group", input.GroupName),
      handle: (input, context, group) => list(context, group, input),
    }),
    ListAttachedRolePolicies: withSubject({
      authorize: (input, context) => onOwner(context, "role", input.RoleName),
      handle: (input, context, role) => list(context, role, input),
    }),
  });
}

function attach(
  parts: IamParts,
  context: RequestContext,
  subject: OwnerSubject,
  { PolicyArn }: AttachInput,
) {
  const arn = requirePolicyArn(PolicyArn);
  const { accountId } = context;
  return change(parts, context, async ({ db }) => {
    const owner = await current(db, subject);
    refuseProtectedOwner(owner, context);
    const policy = await findPolicy(db, parts.awsPolicies, accountId, arn);
    if (!policy) throw notAttachable(arn);
    refuseServiceRolePolicy(policy, owner, context);
    const attached = await attachedArns(db, [owner.id]);
    if (attached.includes(arn)) return {};
    if (attached.length >= ATTACHED_POLICIES_MAX)
      throw quotaExceeded(QUOTA_NAMES[owner.kind], ATTACHED_POLICIES_MAX);
    await insertAttachment(db, {
      account_id: accountId,
      policy_arn: arn,
      owner_id: owner.id,
      owner_kind: owner.kind,
    });
    return {};
  });
}

const QUOTA_NAMES = {
  user: "PoliciesPerUser",
  group: "PoliciesPerGroup",
  role: "PoliciesPerRole",
} as const;

/** Only the owning service may attach a service role policy, and only to its own role. */
function refuseServiceRolePolicy(
  policy: ManagedPolicy,
  owner: PolicyOwner,
  context: RequestContext,
): void {
  if (!policy.aws || !policy.path.startsWith(SERVICE_ROLE_PATH)) return;
  const role = roleOf(owner);
  if (role && actsForOwner(role, context)) return;
  const customer = { user: "User", group: "Group", role: "Role" }[owner.kind];
  throw policyNotAttachable(`Cannot attach a Service Role Policy to a Customer ${customer}.`);
}

function detach(
  parts: IamParts,
  context: RequestContext,
  subject: OwnerSubject,
  { PolicyArn }: AttachInput,
) {
  const arn = requirePolicyArn(PolicyArn);
  return change(parts, context, async ({ db }) => {
    const owner = await current(db, subject);
    refuseProtectedOwner(owner, context);
    if (!(await deleteAttachment(db, owner.id, arn))) throw noSuchPolicy(arn);
    return {};
  });
}

async function list(
  context: RequestContext,
  subject: OwnerSubject,
  input: PageInput & { readonly PathPrefix?: string | undefined },
) {
  const owner = existing(subject);
  const prefix = input.PathPrefix ?? "/";
  // An owner has at most ten, so they are read whole.
  const attached = (await attachedArns(context.db<IamTables>(), [owner.id]))
    .filter((arn) => pathOfPolicy(arn).startsWith(prefix))
    .map((arn) => ({ PolicyName: arn.slice(arn.lastIndexOf("/") + 1), PolicyArn: arn }))
    .sort((a, b) => (a.PolicyArn < b.PolicyArn ? -1 : 1));
  const page = await pageOf(input, attached, (policy) => policy.PolicyArn);
  return { AttachedPolicies: [...page.items], ...page.output };
}

/** `/team/` of `arn:aws:iam::…:policy/team/Name`. */
function pathOfPolicy(arn: string): string {
  return arn.slice(arn.indexOf("/"), arn.lastIndexOf("/") + 1);
}
