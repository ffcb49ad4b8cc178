import type * as iam from "@aws-sdk/client-iam";
import { type Authorization, defineOperations } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { newUniqueId } from "../../../kernel/unique-ids.ts";
import { inTurns } from "../../../kernel/work/turns.ts";
import { echoedTags } from "../answer-members.ts";
import { alreadyExists, noSuchEntity, quotaExceeded, stillReferenced } from "../errors.ts";
import {
  onInstanceProfile,
  onList,
  onNew,
  onOwner,
  requestTags,
} from "../identities/authorization.ts";
import { refuseProtectedRole } from "../identities/protected-role.ts";
import { readPage } from "../pagination.ts";
import { change, type IamParts } from "../parts.ts";
import { INSTANCE_PROFILES_PER_ACCOUNT } from "../quotas.ts";
import { required } from "../required.ts";
import {
  deleteInstanceProfile,
  findInstanceProfile,
  insertInstanceProfile,
  instanceProfilesOfRole,
  requireInstanceProfile,
  setRoleOfProfile,
} from "../rows/instance-profiles.ts";
import { readNamedPage, refuseOverQuota } from "../rows/named-rows.ts";
import { findRole, requireRole, roleArn } from "../rows/roles.ts";
import { deleteTagsOf, putTags } from "../rows/tags.ts";
import type { Db, IamTables, InstanceProfileRow } from "../tables.ts";
import { describedInstanceProfile, listedInstanceProfile } from "./instance-profile-details.ts";

/** A profile holds one role; AWS's message gives this number. */
const ROLES_PER_PROFILE = 1;

export function instanceProfileOperations(parts: IamParts) {
  const named = (input: { InstanceProfileName?: string | undefined }) =>
    required(input.InstanceProfileName, "instanceProfileName");
  return defineOperations<typeof iam>()({
    CreateInstanceProfile: {
      authorize: (input, context) => {
        const pathAndName = { path: input.Path, name: named(input) };
        return onNew(context, "instance-profile", pathAndName, requestTags(input.Tags));
      },
      handle: (input, context) =>
        change(parts, context, async ({ db }) => {
          const profile = await insertProfile(parts, context, db, named(input), input.Path);
          await putTags(db, context.accountId, profile.profile_id, input.Tags);
          const InstanceProfile = {
            ...(await listedInstanceProfile(db, profile)),
            ...echoedTags(input.Tags),
          };
          return { InstanceProfile };
        }),
    },
    GetInstanceProfile: {
      authorize: (input, context) => onInstanceProfile(context, named(input)),
      handle: async (input, context) => {
        const db = context.db<IamTables>();
        const profile = await requireInstanceProfile(db, context.accountId, named(input));
        return { InstanceProfile: await describedInstanceProfile(db, profile) };
      },
    },
    ListInstanceProfiles: {
      authorize: (input, context) => onList(context, "instance-profile", input.PathPrefix),
      handle: async (input, context) => {
        const db = context.db<IamTables>();
        const page = await readNamedPage("iam_instance_profiles", context, input);
        const InstanceProfiles = await inTurns(page.items, (profile) =>
          listedInstanceProfile(db, profile),
        );
        return { InstanceProfiles, ...page.output };
      },
    },
    ListInstanceProfilesForRole: {
      authorize: (input, context) => onOwner(context, "role", required(input.RoleName, "roleName")),
      handle: async (input, context) => {
        const db = context.db<IamTables>();
        const name = required(input.RoleName, "roleName");
        const role = await requireRole(db, context.accountId, name);
        const page = await readPage(
          input,
          (after, limit) => instanceProfilesOfRole(db, role.role_id, after, limit),
          (profile) => profile.name_key,
        );
        const InstanceProfiles = await inTurns(page.items, (profile) =>
          listedInstanceProfile(db, profile),
        );
        return { InstanceProfiles, ...page.output };
      },
    },
    DeleteInstanceProfile: {
      authorize: (input, context) => onInstanceProfile(context, named(input)),
      handle: (input, context) =>
        change(parts, context, async ({ db }) => {
          const profile = await requireInstanceProfile(db, context.accountId, named(input));
          if (profile.role_id !== null) throw stillReferenced("remove roles from instance profile");
          await deleteTagsOf(db, profile.profile_id);
          await deleteInstanceProfile(db, profile.profile_id);
          return {};
        }),
    },
    AddRoleToInstanceProfile: {
      authorize: async (input, context) => [
        await onInstanceProfile(context, named(input)),
        await passRole(context, required(input.RoleName, "roleName")),
      ],
      handle: (input, context) =>
        change(parts, context, async ({ db }) => {
          const { accountId } = context;
          const profile = await requireInstanceProfile(db, accountId, named(input));
          const role = await requireRole(db, accountId, required(input.RoleName, "roleName"));
          refuseProtectedRole(role, context);
          if (profile.role_id !== null)
            throw quotaExceeded("InstanceSessionsPerInstanceProfile", ROLES_PER_PROFILE);
          await setRoleOfProfile(db, profile.profile_id, role.role_id);
          return {};
        }),
    },
    RemoveRoleFromInstanceProfile: {
      authorize: (input, context) => onInstanceProfile(context, named(input)),
      handle: (input, context) =>
        change(parts, context, async ({ db }) => {
          const { accountId } = context;
          const profile = await requireInstanceProfile(db, accountId, named(input));
          const role = await requireRole(db, accountId, required(input.RoleName, "roleName"));
          refuseProtectedRole(role, context);
          if (profile.role_id !== role.role_id)
            throw noSuchEntity(
              `Role ${role.role_name} in Instance Profile ${profile.profile_name} cannot be found.`,
            );
          await setRoleOfProfile(db, profile.profile_id, null);
          return {};
        }),
    },
  });
}

/** Giving a role to instances needs the permission to pass it to their service. */
async function passRole(context: RequestContext, roleName: string): Promise<Authorization> {
  const role = await findRole(context.db<IamTables>(), context.accountId, roleName);
  return {
    action: "iam:PassRole",
    resource: role ? roleArn(role) : `arn:aws:iam::${context.accountId}:role/${roleName}`,
    context: { "iam:passedtoservice": "ec2.amazonaws.com" },
  };
}

async function insertProfile(
  parts: IamParts,
  context: RequestContext,
  db: Db,
  name: string,
  path: string | undefined,
): Promise<InstanceProfileRow> {
  const { accountId } = context;
  const table = "iam_instance_profiles";
  if (await findInstanceProfile(db, accountId, name))
    throw alreadyExists(`Instance Profile ${name}`);
  const limit = INSTANCE_PROFILES_PER_ACCOUNT;
  await refuseOverQuota(db, table, accountId, "InstanceProfilesPerAccount", limit);
  const profile: InstanceProfileRow = {
    account_id: accountId,
    profile_id: newUniqueId("AIPA", accountId, parts.ids),
    profile_name: name,
    name_key: name.toLowerCase(),
    path: path ?? "/",
    role_id: null,
    created_ms: context.nowMs,
  };
  await insertInstanceProfile(db, profile);
  return profile;
}
