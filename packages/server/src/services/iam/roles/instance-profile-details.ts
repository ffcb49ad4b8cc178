import type * as iam from "@aws-sdk/client-iam";
import { type InstanceProfile, instanceProfileArn } from "../rows/instance-profiles.ts";
import { findRoleById } from "../rows/roles.ts";
import type { Db } from "../tables.ts";
import { roleSummary } from "./role-details.ts";

/** Describes an instance profile as lists show it: with its role, without its tags. */
export async function listedInstanceProfile(db: Db, profile: InstanceProfile) {
  const role = profile.role_id === null ? undefined : await findRoleById(db, profile.role_id);
  return {
    Path: profile.path,
    InstanceProfileName: profile.profile_name,
    InstanceProfileId: profile.profile_id,
    Arn: instanceProfileArn(profile),
    CreateDate: new Date(profile.created_ms),
    Roles: role ? [await roleSummary(db, role)] : [],
  } satisfies iam.InstanceProfile;
}
