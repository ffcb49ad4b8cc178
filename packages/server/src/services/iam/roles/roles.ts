import type * as iam from "@aws-sdk/client-iam";
import { defineOperations } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { newUniqueId } from "../../../kernel/unique-ids.ts";
import { inTurns } from "../../../kernel/work/turns.ts";
import { boundaryMember, echoedTags } from "../answer-members.ts";
import { SERVICE_ROLE_PATH } from "../catalogue/aws-managed-policies.ts";
import { alreadyExists, invalidInput, noSuchNamed } from "../errors.ts";
import {
  onBoundedOwner,
  onList,
  onNew,
  onRoleView,
  requestTags,
} from "../identities/authorization.ts";
import { refuseProtectedDuration, refuseProtectedRole } from "../identities/protected-role.ts";
import { RoleViews } from "../identities/role-views.ts";
import { change, type IamParts } from "../parts.ts";
import { requireBoundaryPolicy } from "../policies/permissions-boundaries.ts";
import { checkTrustPolicy } from "../policies/policy-text.ts";
import { DEFAULT_MAX_SESSION_DURATION_S, ROLES_PER_ACCOUNT } from "../quotas.ts";
import { required } from "../required.ts";
import {
  type Reference,
  readNamedPage,
  refuseOverQuota,
  refuseReferenced,
} from "../rows/named-rows.ts";
import {
  deleteRoleCompletely,
  findRole,
  insertRole,
  type Role,
  requireRole,
  setRole,
} from "../rows/roles.ts";
import { putTags } from "../rows/tags.ts";
import type { Db, IamTables, RoleRow } from "../tables.ts";
import { describedRole, listedRole, roleSummary } from "./role-details.ts";
import { storedTrustPolicy } from "./trust-policy.ts";

const REFERENCES: readonly Reference[] = [
  ["iam_instance_profiles", "role_id", "remove roles from instance profile"],
  ["iam_policy_attachments", "owner_id", "detach all policies"],
  ["iam_inline_policies", "owner_id", "delete policies"],
];

export function roleOperations(parts: IamParts) {
  const views = new RoleViews(parts.generations);
  return defineOperations<typeof iam>()({
    CreateRole: {
      authorize: (input, context) =>
        onNew(
          context,
          "role",
          { path: input.Path, name: required(input.RoleName, "roleName") },
          {
            ...(input.PermissionsBoundary === undefined
              ? {}
              : { "iam:permissionsboundary": input.PermissionsBoundary }),
            ...requestTags(input.Tags),
          },
        ),
      handle: (input, context) =>
        change(parts, context, async ({ db }) => {
          const role = await createRole(parts, context, db, input);
          const Role = {
            // Without the description, though GetRole has it.
            ...(await roleSummary(db, role)),
            ...boundaryMember(role.boundary_arn),
            ...echoedTags(input.Tags),
          };
          return { Role };
        }),
    },
    GetRole: {
      authorize: async (input, context) => {
        const name = required(input.RoleName, "roleName");
        return onRoleView(context, name, await views.find(context, name));
      },
      handle: async (input, context) => {
        const name = required(input.RoleName, "roleName");
        const view = await views.find(context, name);
        if (!view) throw noSuchNamed("role", name);
        return { Role: await describedRole(context.db<IamTables>(), parts.lastUsed, view) };
      },
    },
    ListRoles: {
      authorize: (input, context) => onList(context, "role", input.PathPrefix),
      handle: async (input, context) => {
        const db = context.db<IamTables>();
        const page = await readNamedPage("iam_roles", context, input);
        const Roles = await inTurns(page.items, (role) => listedRole(db, role));
        return { Roles, ...page.output };
      },
    },
    UpdateRole: {
      authorize: (input, context) =>
        onBoundedOwner(context, "role", required(input.RoleName, "roleName")),
      handle: (input, context) =>
        change(parts, context, async ({ db }) => {
          const name = required(input.RoleName, "roleName");
          const role = await requireRole(db, context.accountId, name);
          if (input.MaxSessionDuration !== undefined) refuseProtectedDuration(role, context);
          await setRole(db, role.role_id, {
            description: input.Description ?? role.description,
            max_session_duration_s: input.MaxSessionDuration ?? role.max_session_duration_s,
          });
          return {};
        }),
    },
    UpdateRoleDescription: {
      authorize: (input, context) =>
        onBoundedOwner(context, "role", required(input.RoleName, "roleName")),
      handle: (input, context) =>
        change(parts, context, async ({ db }) => {
          const name = required(input.RoleName, "roleName");
          const role = await requireRole(db, context.accountId, name);
          const description = required(input.Description, "description");
          await setRole(db, role.role_id, { description });
          return { Role: { ...(await roleSummary(db, role)), Description: description } };
        }),
    },
    UpdateAssumeRolePolicy: {
      authorize: (input, context) =>
        onBoundedOwner(context, "role", required(input.RoleName, "roleName")),
      handle: (input, context) =>
        change(parts, context, async ({ db }) => {
          const name = required(input.RoleName, "roleName");
          const role = await requireRole(db, context.accountId, name);
          refuseProtectedRole(role, context);
          const text = required(input.PolicyDocument, "policyDocument");
          checkTrustPolicy(text, parts);
          await setRole(db, role.role_id, { trust_policy: await storedTrustPolicy(db, text) });
          return {};
        }),
    },
    DeleteRole: {
      authorize: (input, context) =>
        onBoundedOwner(context, "role", required(input.RoleName, "roleName")),
      handle: (input, context) =>
        change(parts, context, async ({ db }) => {
          const name = required(input.RoleName, "roleName");
          const role = await requireRole(db, context.accountId, name);
          refuseProtectedRole(role, context);
          await refuseReferenced(db, role.role_id, REFERENCES);
          await deleteRoleCompletely(db, role);
          return {};
        }),
    },
  });
}

async function createRole(
  parts: IamParts,
  context: RequestContext,
  db: Db,
  input: iam.CreateRoleRequest,
): Promise<Role> {
  const { accountId } = context;
  const name = required(input.RoleName, "roleName");
  if (input.Path?.startsWith(SERVICE_ROLE_PATH))
    throw invalidInput(
      `Path prefix '${SERVICE_ROLE_PATH}' can only be used for AWS Service linked Roles`,
    );
  const trust = required(input.AssumeRolePolicyDocument, "assumeRolePolicyDocument");
  checkTrustPolicy(trust, parts);
  const boundaryArn = input.PermissionsBoundary ?? null;
  if (boundaryArn !== null) await requireBoundaryPolicy(parts, context, db, boundaryArn);
  if (await findRole(db, accountId, name)) throw alreadyExists(`Role with name ${name}`);
  await refuseOverQuota(db, "iam_roles", accountId, "RolesPerAccount", ROLES_PER_ACCOUNT);
  const role: RoleRow = {
    account_id: accountId,
    role_id: newUniqueId("AROA", accountId, parts.ids),
    role_name: name,
    name_key: name.toLowerCase(),
    path: input.Path ?? "/",
    trust_policy: await storedTrustPolicy(db, trust),
    description: input.Description ?? null,
    max_session_duration_s: input.MaxSessionDuration ?? DEFAULT_MAX_SESSION_DURATION_S,
    boundary_arn: boundaryArn,
    linked_service: null,
    deletion_task_id: null,
    last_used_ms: null,
    last_used_region: null,
    created_ms: context.nowMs,
    created_by: null,
    created_via: null,
  };
  await insertRole(db, role);
  await putTags(db, accountId, role.role_id, input.Tags);
  return role;
}
