import type * as iam from "@aws-sdk/client-iam";
import type { Kysely, Selectable } from "kysely";
import { noSuchNamed } from "../errors.ts";
import { INSTANCE_PROFILES_PER_ACCOUNT } from "../quotas.ts";
import { roleSummary } from "../roles/role-details.ts";
import type { IamTables, InstanceProfileRow } from "../tables.ts";
import { findIgnoringCase } from "./named-rows.ts";
import { tagsOf } from "./tags.ts";

type Db = Kysely<IamTables>;

/** An instance profile as stored. */
export type InstanceProfile = Selectable<InstanceProfileRow>;

/** An instance profile is found by its name in any case. @throws NoSuchEntity */
export async function requireInstanceProfile(
  db: Db,
  accountId: string,
  name: string,
): Promise<InstanceProfile> {
  const profile = await findIgnoringCase(db, "iam_instance_profiles", accountId, name);
  if (!profile) throw noSuchNamed("instance profile", name);
  return profile;
}

/** As lists show it: with its role, without its tags. */
export async function listedInstanceProfile(db: Db, profile: InstanceProfile) {
  const role =
    profile.role_id === null
      ? undefined
      : await db
          .selectFrom("iam_roles")
          .selectAll()
          .where("role_id", "=", profile.role_id)
          .executeTakeFirst();
  return {
    Path: profile.path,
    InstanceProfileName: profile.profile_name,
    InstanceProfileId: profile.profile_id,
    Arn: `arn:aws:iam::${profile.account_id}:instance-profile${profile.path}${profile.profile_name}`,
    CreateDate: new Date(profile.created_ms),
    Roles: role ? [await roleSummary(db, role)] : [],
  } satisfies iam.InstanceProfile;
}

/** As GetInstanceProfile shows it: tags are an empty list when there are none, as a policy's. */
export async function describedInstanceProfile(db: Db, profile: InstanceProfile) {
  return {
    ...(await listedInstanceProfile(db, profile)),
    Tags: await tagsOf(db, profile.profile_id),
  } satisfies iam.InstanceProfile;
}

/** By name, those behind `after`. */
export function instanceProfilesOfRole(
  db: Db,
  roleId: string,
  after = "",
  limit = INSTANCE_PROFILES_PER_ACCOUNT,
): Promise<InstanceProfile[]> {
  return db
    .selectFrom("iam_instance_profiles")
    .selectAll()
    .where("role_id", "=", roleId)
    .where("name_key", ">", after)
    .orderBy("name_key")
    .limit(limit)
    .execute();
}
