import type * as iam from "@aws-sdk/client-iam";
import { defineOperations } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { SERVICE_ROLE_PATH } from "../catalogue/aws-managed-policies.ts";
import { noSuchPolicy, notAttachable, policyNotAttachable, quotaExceeded } from "../errors.ts";
import { onBoundedOwner, onOwner } from "../identities/authorization.ts";
import { type PolicyOwner, refuseProtectedOwner, requireOwner } from "../identities/owners.ts";
import { actsForOwner } from "../identities/protected-role.ts";
import { type PageInput, pageOf } from "../pagination.ts";
import { change, type IamParts } from "../parts.ts";
import { ATTACHED_POLICIES_MAX } from "../quotas.ts";
import { required } from "../required.ts";
import { attachedArns, deleteAttachment, insertAttachment } from "../rows/policy-attachments.ts";
import type { IamTables, PolicyOwnerKind } from "../tables.ts";
import { findPolicy, type ManagedPolicy, requirePolicyArn } from "./managed-policies.ts";

interface AttachInput {
  readonly PolicyArn?: string | undefined;
}

/** The three operations on attached policies, three times: for users, groups and roles. */
export function attachedPolicyOperations(parts: IamParts) {
  const user = (input: { UserName?: string | undefined }) => required(input.UserName, "userName");
  const group = (input: { GroupName?: string | undefined }) =>
    required(input.GroupName, "groupName");
  const role = (input: { RoleName?: string | undefined }) => required(input.RoleName, "roleName");
  const policyKey = (input: AttachInput) => ({ "iam:policyarn": input.PolicyArn });
  return defineOperations<typeof iam>()({
    AttachUserPolicy: {
      authorize: (input, context) => onBoundedOwner(context, "user", user(input), policyKey(input)),
      handle: (input, context) => attach(parts, context, "user", user(input), input),
    },
    AttachGroupPolicy: {
      authorize: (input, context) => onOwner(context, "group", group(input), policyKey(input)),
      handle: (input, context) => attach(parts, context, "group", group(input), input),
    },
    AttachRolePolicy: {
      authorize: (input, context) => onBoundedOwner(context, "role", role(input), policyKey(input)),
      handle: (input, context) => attach(parts, context, "role", role(input), input),
    },
    DetachUserPolicy: {
      authorize: (input, context) => onBoundedOwner(context, "user", user(input), policyKey(input)),
      handle: (input, context) => detach(parts, context, "user", user(input), input),
    },
    DetachGroupPolicy: {
      authorize: (input, context) => onOwner(context, "group", group(input), policyKey(input)),
      handle: (input, context) => detach(parts, context, "group", group(input), input),
    },
    DetachRolePolicy: {
      authorize: (input, context) => onBoundedOwner(context, "role", role(input), policyKey(input)),
      handle: (input, context) => detach(parts, context, "role", role(input), input),
    },
    ListAttachedUserPolicies: {
      authorize: (input, context) => onOwner(context, "user", user(input)),
      handle: (input, context) => list(context, "user", user(input), input),
    },
    ListAttachedGroupPolicies: {
      authorize: (input, context) => onOwner(context, "group", group(input)),
      handle: (input, context) => list(context, "group", group(input), input),
    },
    ListAttachedRolePolicies: {
      authorize: (input, context) => onOwner(context, "role", role(input)),
      handle: (input, context) => list(context, "role", role(input), input),
    },
  });
}

function attach(
  parts: IamParts,
  context: RequestContext,
  kind: PolicyOwnerKind,
  name: string,
  input: AttachInput,
) {
  const arn = requirePolicyArn(required(input.PolicyArn, "policyArn"));
  const { accountId } = context;
  return change(parts, context, async ({ db }) => {
    const owner = await requireOwner(db, accountId, kind, name);
    refuseProtectedOwner(owner, context);
    const policy = await findPolicy(db, parts.awsPolicies, accountId, arn);
    if (!policy) throw notAttachable(arn);
    refuseServiceRolePolicy(policy, owner, context);
    const attached = await attachedArns(db, [owner.id]);
    if (attached.includes(arn)) return {};
    if (attached.length >= ATTACHED_POLICIES_MAX)
      throw quotaExceeded(QUOTA_NAMES[kind], ATTACHED_POLICIES_MAX);
    await insertAttachment(db, {
      account_id: accountId,
      policy_arn: arn,
      owner_id: owner.id,
      owner_kind: kind,
    });
    return {};
  });
}

const QUOTA_NAMES = {
  user: "PoliciesPerUser",
  group: "PoliciesPerGroup",
  role: "PoliciesPerRole",
} as const;

/** Only the owning service may attach such a policy, and only to its own role. */
function refuseServiceRolePolicy(
  policy: ManagedPolicy,
  owner: PolicyOwner,
  context: RequestContext,
): void {
  if (!policy.aws || !policy.path.startsWith(SERVICE_ROLE_PATH)) return;
  if (owner.role && actsForOwner(owner.role, context)) return;
  const customer = { user: "User", group: "Group", role: "Role" }[owner.kind];
  throw policyNotAttachable(`Cannot attach a Service Role Policy to a Customer ${customer}.`);
}

function detach(
  parts: IamParts,
  context: RequestContext,
  kind: PolicyOwnerKind,
  name: string,
  input: AttachInput,
) {
  const arn = requirePolicyArn(required(input.PolicyArn, "policyArn"));
  return change(parts, context, async ({ db }) => {
    const owner = await requireOwner(db, context.accountId, kind, name);
    refuseProtectedOwner(owner, context);
    if (!(await deleteAttachment(db, owner.id, arn))) throw noSuchPolicy(arn);
    return {};
  });
}

async function list(
  context: RequestContext,
  kind: PolicyOwnerKind,
  name: string,
  input: PageInput & { readonly PathPrefix?: string | undefined },
) {
  const db = context.db<IamTables>();
  const owner = await requireOwner(db, context.accountId, kind, name);
  const prefix = input.PathPrefix ?? "/";
  // An owner has at most ten, so they are read whole.
  const attached = (await attachedArns(db, [owner.id]))
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
