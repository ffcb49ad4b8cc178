import type * as iam from "@aws-sdk/client-iam";
import type { Checked } from "../../../kernel/checked.ts";
import { defineOperations, withSubject } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import type { Transaction } from "../../../kernel/store.ts";
import { newUniqueId } from "../../../kernel/unique-ids.ts";
import { inTurns } from "../../../kernel/work/turns.ts";
import { boundaryMember, echoedTags } from "../answer-members.ts";
import { SERVICE_ROLE_PATH } from "../catalogue/aws-managed-policies.ts";
import { alreadyExists, invalidInput } from "../errors.ts";
import {
  onBounded,
  onBoundedOwner,
  onList,
  onNew,
  requestBoundary,
  requestTags,
} from "../identities/authorization.ts";
import { current, existing } from "../identities/owners.ts";
import { refuseProtectedDuration, refuseProtectedRole } from "../identities/protected-role.ts";
import { RoleViews } from "../identities/role-views.ts";
import { addition, change, type IamParts } from "../parts.ts";
import { requireBoundaryPolicy } from "../policies/permissions-boundaries.ts";
import { checkTrustPolicy } from "../policies/policy-text.ts";
import { DEFAULT_MAX_SESSION_DURATION_S, ROLES_PER_ACCOUNT } from "../quotas.ts";
import { type Reference, readNamedPage, refuseReferenced } from "../rows/named-rows.ts";
import { refuseMoreRoles } from "../rows/role-room.ts";
import { deleteRoleCompletely, findRole, insertRole, type Role, setRole } from "../rows/roles.ts";
import { putTags } from "../rows/tags.ts";
import type { IamTables, RoleRow } from "../tables.ts";
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
      authorize: ({ Path: path, RoleName: name, PermissionsBoundary, Tags }, context) => {
        const extra = { ...requestBoundary(PermissionsBoundary), ...requestTags(Tags) };
        return onNew(context, "role", { path, name }, extra);
      },
      handle: (input, context) =>
        addition(parts, context, async (tx) => {
          const { db } = tx;
          const role = await createRole(parts, context, tx, input);
          const Role = {
            // Without the description, though GetRole has it.
            ...(await roleSummary(db, role)),
            ...boundaryMember(role.boundary_arn),
            ...echoedTags(input.Tags),
          };
          return { Role };
        }),
    },
    GetRole: withSubject({
      authorize: async (input, context) =>
        onBounded(context, await views.find(context, input.RoleName)),
      handle: async (_input, context, subject) => {
        const { row } = existing(subject);
        const db = context.db<IamTables>();
        return { Role: await describedRole(db, parts.lastUsed, row, subject.tags) };
      },
    }),
    ListRoles: {
      authorize: (input, context) => onList(context, "role", input.PathPrefix),
      handle: async (input, context) => {
        const db = context.db<IamTables>();
        const page = await readNamedPage("iam_roles", context, input);
        const Roles = await inTurns(page.items, (role) => listedRole(db, role));
        return { Roles, ...page.output };
      },
    },
    UpdateRole: withSubject({
      authorize: (input, context) => onBoundedOwner(context, "role", input.RoleName),
      handle: (input, context, subject) =>
        change(parts, context, async ({ db }) => {
          const { id, row: role } = await current(db, subject);
          if (input.MaxSessionDuration !== undefined) refuseProtectedDuration(role, context);
          await setRole(db, id, {
            description: input.Description ?? role.description,
            max_session_duration_s: input.MaxSessionDuration ?? role.max_session_duration_s,
          });
          return {};
        }),
    }),
    UpdateRoleDescription: withSubject({
      authorize: (input, context) => onBoundedOwner(context, "role", input.RoleName),
      handle: ({ Description: description }, context, subject) =>
        change(parts, context, async ({ db }) => {
          const { id, row: role } = await current(db, subject);
          await setRole(db, id, { description });
          return { Role: { ...(await roleSummary(db, role)), Description: description } };
        }),
    }),
    UpdateAssumeRolePolicy: withSubject({
      authorize: (input, context) => onBoundedOwner(context, "role", input.RoleName),
      handle: ({ PolicyDocument: text }, context, subject) =>
        change(parts, context, async ({ db }) => {
          const { id, row: role } = await current(db, subject);
          refuseProtectedRole(role, context);
          checkTrustPolicy(text, parts);
          await setRole(db, id, { trust_policy: await storedTrustPolicy(db, text) });
          return {};
        }),
    }),
    DeleteRole: withSubject({
      authorize: (input, context) => onBoundedOwner(context, "role", input.RoleName),
      handle: (_input, context, subject) =>
        change(parts, context, async ({ db }) => {
          const { id, row: role } = await current(db, subject);
          refuseProtectedRole(role, context);
          await refuseReferenced(db, id, REFERENCES);
          await deleteRoleCompletely(db, role);
          return {};
        }),
    }),
  });
}

/** AWS's services make roles below this path, as IAM Identity Center does. */
const RESERVED_PATH = "/aws-reserved/";

/** @throws InvalidInput; AWS's sentence is published for service-linked roles alone */
function refuseReservedPath(path = "/"): void {
  if (path.startsWith(SERVICE_ROLE_PATH))
    throw invalidInput(
      `Path prefix '${SERVICE_ROLE_PATH}' can only be used for AWS Service linked Roles`,
    );
  if (path.startsWith(RESERVED_PATH))
    throw invalidInput(`Path prefix '${RESERVED_PATH}' can only be used for AWS Reserved Roles`);
}

async function createRole(
  parts: IamParts,
  context: RequestContext,
  tx: Transaction<IamTables>,
  input: Checked<iam.CreateRoleRequest>,
): Promise<Role> {
  const { db } = tx;
  const { accountId } = context;
  const { RoleName: name, AssumeRolePolicyDocument: trust } = input;
  refuseReservedPath(input.Path);
  checkTrustPolicy(trust, parts);
  const boundaryArn = input.PermissionsBoundary ?? null;
  if (boundaryArn !== null) await requireBoundaryPolicy(parts, context, db, boundaryArn);
  if (await findRole(db, accountId, name)) throw alreadyExists(`Role with name ${name}`);
  await refuseMoreRoles(tx, parts.store.shared, accountId, ROLES_PER_ACCOUNT);
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
