import type * as iam from "@aws-sdk/client-iam";
import { boundaryMember, encodeDocument, tagsMember } from "../answer-members.ts";
import type { LastUsed } from "../last-used/last-used.ts";
import { type Role, roleArn } from "../rows/roles.ts";
import type { StoredTag } from "../rows/tags.ts";
import type { Db } from "../tables.ts";
import { shownTrustPolicy } from "./trust-policy.ts";

/** The members that every answer with a role has. */
export async function roleSummary(db: Db, role: Role) {
  return {
    Path: role.path,
    RoleName: role.role_name,
    RoleId: role.role_id,
    Arn: roleArn(role),
    CreateDate: new Date(role.created_ms),
    AssumeRolePolicyDocument: encodeDocument(await shownTrustPolicy(db, role.trust_policy)),
  } satisfies iam.Role;
}

/** ListRoles shows a role without boundary, tags and last use. */
export async function listedRole(db: Db, role: Role) {
  const summary = await roleSummary(db, role);
  return {
    MaxSessionDuration: role.max_session_duration_s,
    ...summary,
    ...(role.description === null ? {} : { Description: role.description }),
  } satisfies iam.Role;
}

/** GetRole shows everything of a role. */
export async function describedRole(
  db: Db,
  lastUsed: LastUsed,
  role: Role,
  tags: readonly StoredTag[],
) {
  const listed = await listedRole(db, role);
  return {
    RoleLastUsed: roleLastUsed(lastUsed, role),
    ...listed,
    ...boundaryMember(role.boundary_arn),
    ...tagsMember(tags),
  } satisfies iam.Role;
}

/** The member is empty, not missing, for a role that was never used. */
export function roleLastUsed(lastUsed: LastUsed, role: Role): iam.RoleLastUsed {
  const latest = lastUsed.latestOfRole(role.role_id);
  if (latest && latest.atMs >= (role.last_used_ms ?? 0))
    return { LastUsedDate: new Date(latest.atMs), Region: latest.region };
  if (role.last_used_ms === null || role.last_used_region === null) return {};
  return { LastUsedDate: new Date(role.last_used_ms), Region: role.last_used_region };
}
