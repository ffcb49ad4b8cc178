import type { Selectable } from "kysely";
import { noSuchNamed } from "../errors.ts";
import { INSTANCE_PROFILES_PER_ACCOUNT } from "../quotas.ts";
import type { Db, InstanceProfileRow } from "../tables.ts";
import { findIgnoringCase } from "./named-rows.ts";

/** An instance profile as stored. */
export type InstanceProfile = Selectable<InstanceProfileRow>;

export function instanceProfileArn(
  profile: Pick<InstanceProfile, "account_id" | "path" | "profile_name">,
): string {
  return `arn:aws:iam::${profile.account_id}:instance-profile${profile.path}${profile.profile_name}`;
}

/** An instance profile is found by its name in any case. */
export function findInstanceProfile(
  db: Db,
  accountId: string,
  name: string,
): Promise<InstanceProfile | undefined> {
  return findIgnoringCase(db, "iam_instance_profiles", accountId, name);
}

/** @throws NoSuchEntity */
export async function requireInstanceProfile(
  db: Db,
  accountId: string,
  name: string,
): Promise<InstanceProfile> {
  const profile = await findInstanceProfile(db, accountId, name);
  if (!profile) throw noSuchNamed("instance profile", name);
  return profile;
}

export function findInstanceProfileById(
  db: Db,
  profileId: string,
): Promise<InstanceProfile | undefined> {
  return db
    .selectFrom("iam_instance_profiles")
    .selectAll()
    .where("profile_id", "=", profileId)
    .executeTakeFirst();
}

/** Reads a role's instance profiles whose names come after `after`, in the order of names. */
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

export async function insertInstanceProfile(db: Db, profile: InstanceProfileRow): Promise<void> {
  await db.insertInto("iam_instance_profiles").values(profile).execute();
}

/** Puts a role into an instance profile, or takes it out with null. */
export async function setRoleOfProfile(
  db: Db,
  profileId: string,
  roleId: string | null,
): Promise<void> {
  await db
    .updateTable("iam_instance_profiles")
    .set({ role_id: roleId })
    .where("profile_id", "=", profileId)
    .execute();
}

export async function deleteInstanceProfile(db: Db, profileId: string): Promise<void> {
  await db.deleteFrom("iam_instance_profiles").where("profile_id", "=", profileId).execute();
}
