import type * as iam from "@aws-sdk/client-iam";
import type { Authorization } from "../../../kernel/authorization.ts";
import { defineOperations, withSubject } from "../../../kernel/operations.ts";
import { passNamedRole } from "../../../kernel/pass-role.ts";
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
  readOwner,
  requestTags,
} from "../identities/authorization.ts";
import { current, existing, type OwnerSubject } from "../identities/owners.ts";
import { refuseProtectedRole } from "../identities/protected-role.ts";
import { currentProfile, existingProfile } from "../identities/subjects.ts";
import { readPage } from "../pagination.ts";
import { addition, change, type IamParts } from "../parts.ts";
import { INSTANCE_PROFILES_PER_ACCOUNT } from "../quotas.ts";
import {
  deleteInstanceProfile,
  findInstanceProfile,
  insertInstanceProfile,
  instanceProfilesOfRole,
  setRoleOfProfile,
} from "../rows/instance-profiles.ts";
import { readNamedPage, refuseOverQuota } from "../rows/named-rows.ts";
import { requireRole } from "../rows/roles.ts";
import { deleteTagsOf, putTags } from "../rows/tags.ts";
import type { Db, IamTables, InstanceProfileRow } from "../tables.ts";
import { listedInstanceProfile } from "./instance-profile-details.ts";

/** A profile holds one role; AWS's message gives this number. */
const ROLES_PER_PROFILE = 1;

export function instanceProfileOperations(parts: IamParts) {
  return defineOperations<typeof iam>()({
    CreateInstanceProfile: {
      authorize: ({ Path: path, InstanceProfileName: name, Tags }, context) =>
        onNew(context, "instance-profile", { path, name }, requestTags(Tags)),
      handle: (input, context) =>
        addition(parts, context, async ({ db }) => {
          const { InstanceProfileName: name, Path: path } = input;
          const profile = await insertProfile(parts, context, db, name, path);
          await putTags(db, context.accountId, profile.profile_id, input.Tags);
          const InstanceProfile = {
            ...(await listedInstanceProfile(db, profile)),
            ...echoedTags(input.Tags),
          };
          return { InstanceProfile };
        }),
    },
    GetInstanceProfile: withSubject({
      authorize: (input, context) => onInstanceProfile(context, input.InstanceProfileName),
      handle: async (_input, context, subject) => {
        const listed = await listedInstanceProfile(
          context.db<IamTables>(),
          existingProfile(subject),
        );
        // No tags are shown as an empty list, as GetPolicy does.
        return { InstanceProfile: { ...listed, Tags: [...subject.tags] } };
      },
    }),
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
    ListInstanceProfilesForRole: withSubject({
      authorize: (input, context) => onOwner(context, "role", input.RoleName),
      handle: async (input, context, subject) => {
        const db = context.db<IamTables>();
        const role = existing(subject);
        const page = await readPage(
          input,
          (after, limit) => instanceProfilesOfRole(db, role.id, after, limit),
          (profile) => profile.name_key,
        );
        const InstanceProfiles = await inTurns(page.items, (profile) =>
          listedInstanceProfile(db, profile),
        );
        return { InstanceProfiles, ...page.output };
      },
    }),
    DeleteInstanceProfile: withSubject({
      authorize: (input, context) => onInstanceProfile(context, input.InstanceProfileName),
      handle: (_input, context, subject) =>
        change(parts, context, async ({ db }) => {
          const profile = await currentProfile(db, subject);
          if (profile.role_id !== null) throw stillReferenced("remove roles from instance profile");
          await deleteTagsOf(db, profile.profile_id);
          await deleteInstanceProfile(db, profile.profile_id);
          return {};
        }),
    }),
    AddRoleToInstanceProfile: withSubject({
      authorize: async (input, context) => {
        const profile = await onInstanceProfile(context, input.InstanceProfileName);
        const role = await readOwner(context, "role", input.RoleName);
        return {
          pairs: [profile.pairs, passToInstances(context, role)],
          subject: { profile: profile.subject, role },
        };
      },
      handle: (_input, context, subject) =>
        change(parts, context, async ({ db }) => {
          const profile = await currentProfile(db, subject.profile);
          const role = await current(db, subject.role);
          refuseProtectedRole(role.row, context);
          if (profile.role_id !== null)
            throw quotaExceeded("InstanceSessionsPerInstanceProfile", ROLES_PER_PROFILE);
          await setRoleOfProfile(db, profile.profile_id, role.id);
          return {};
        }),
    }),
    RemoveRoleFromInstanceProfile: withSubject({
      authorize: (input, context) => onInstanceProfile(context, input.InstanceProfileName),
      handle: (input, context, subject) =>
        change(parts, context, async ({ db }) => {
          const profile = await currentProfile(db, subject);
          const role = await requireRole(db, context.accountId, input.RoleName);
          refuseProtectedRole(role, context);
          if (profile.role_id !== role.role_id)
            throw noSuchEntity(
              `Role ${role.role_name} in Instance Profile ${profile.profile_name} cannot be found.`,
            );
          await setRoleOfProfile(db, profile.profile_id, null);
          return {};
        }),
    }),
  });
}

/** Giving a role to instances needs the permission to pass it to their service. */
function passToInstances(
  { accountId }: RequestContext,
  { name, owner }: OwnerSubject<"role">,
): Authorization {
  const roleArn = owner?.arn ?? `arn:aws:iam::${accountId}:role/${name}`;
  return passNamedRole(roleArn, accountId, { service: "ec2.amazonaws.com" });
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
