import type { Kysely, Selectable } from "kysely";
import { noSuchNamed } from "../errors.ts";
import type { IamTables, RoleRow } from "../tables.ts";
import { deleteAccessesOf } from "./accesses.ts";
import { findIgnoringCase } from "./named-rows.ts";

/** A role as stored. */
export type Role = Selectable<RoleRow>;

export function roleArn(role: Pick<Role, "account_id" | "path" | "role_name">): string {
  return `arn:aws:iam::${role.account_id}:role${role.path}${role.role_name}`;
}

/** A role is found by its name in any case; whoever means an ARN compares that as well. */
export function findRole(
  db: Kysely<IamTables>,
  accountId: string,
  roleName: string,
): Promise<Role | undefined> {
  return findIgnoringCase(db, "iam_roles", accountId, roleName);
}

/** @throws NoSuchEntity */
export async function requireRole(
  db: Kysely<IamTables>,
  accountId: string,
  roleName: string,
): Promise<Role> {
  const role = await findRole(db, accountId, roleName);
  if (!role) throw noSuchNamed("role", roleName);
  return role;
}

/** The roles that a service owns in an account: more than one when it allows suffixes. */
export function findLinkedRoles(
  db: Kysely<IamTables>,
  accountId: string,
  linkedService: string,
): Promise<Role[]> {
  return db
    .selectFrom("iam_roles")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("linked_service", "=", linkedService)
    .orderBy("name_key")
    .execute();
}

export async function insertRole(db: Kysely<IamTables>, role: RoleRow): Promise<void> {
  await db.insertInto("iam_roles").values(role).execute();
}

/** Removes a role with everything that hangs on it: policies, attachments, tags. */
export async function deleteRoleCompletely(db: Kysely<IamTables>, role: Role): Promise<void> {
  await db.deleteFrom("iam_inline_policies").where("owner_id", "=", role.role_id).execute();
  await db.deleteFrom("iam_policy_attachments").where("owner_id", "=", role.role_id).execute();
  await db.deleteFrom("iam_tags").where("owner_id", "=", role.role_id).execute();
  await deleteAccessesOf(db, role.role_id);
  await db.deleteFrom("iam_roles").where("role_id", "=", role.role_id).execute();
}
