import type { Selectable } from "kysely";
import { statement } from "../../../kernel/statements.ts";
import { noSuchNamed } from "../errors.ts";
import type { Db, IamTables, RoleRow } from "../tables.ts";
import { findIgnoringCase } from "./named-rows.ts";
import { noteRole } from "./role-room.ts";
import { deleteAccessesOf } from "./uses.ts";

/** A role as stored. */
export type Role = Selectable<RoleRow>;

export function roleArn(role: Pick<Role, "account_id" | "path" | "role_name">): string {
  return `arn:aws:iam::${role.account_id}:role${role.path}${role.role_name}`;
}

/** A role is found by its name in any case; a caller that means an ARN compares that as well. */
export function findRole(db: Db, accountId: string, roleName: string): Promise<Role | undefined> {
  return findIgnoringCase(db, "iam_roles", accountId, roleName);
}

/** @throws NoSuchEntity */
export async function requireRole(db: Db, accountId: string, roleName: string): Promise<Role> {
  const role = await findRole(db, accountId, roleName);
  if (!role) throw noSuchNamed("role", roleName);
  return role;
}

export function findRoleById(db: Db, roleId: string): Promise<Role | undefined> {
  return db.selectFrom("iam_roles").selectAll().where("role_id", "=", roleId).executeTakeFirst();
}

/** The roles that a service owns in an account: more than one if it allows suffixes. */
export function findLinkedRoles(db: Db, accountId: string, linkedService: string): Promise<Role[]> {
  return db
    .selectFrom("iam_roles")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("linked_service", "=", linkedService)
    .orderBy("name_key")
    .execute();
}

/** The roles in an account that no service owns. */
export function ordinaryRoles(db: Db, accountId: string): Promise<Role[]> {
  return db
    .selectFrom("iam_roles")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("linked_service", "is", null)
    .orderBy("name_key")
    .execute();
}

/** The roles in an account that any service owns. */
export function allLinkedRoles(db: Db, accountId: string): Promise<Role[]> {
  return db
    .selectFrom("iam_roles")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("linked_service", "is not", null)
    .orderBy("name_key")
    .execute();
}

const insertion = statement<IamTables, RoleRow>((db, role) =>
  db.insertInto("iam_roles").values(role),
);

export async function insertRole(db: Db, role: RoleRow): Promise<void> {
  noteRole(db, role.account_id);
  await insertion(db, role);
}

export async function setRole(
  db: Db,
  roleId: string,
  values: Partial<Omit<RoleRow, "account_id" | "role_id" | "role_name" | "name_key" | "path">>,
): Promise<void> {
  await db.updateTable("iam_roles").set(values).where("role_id", "=", roleId).execute();
}

/** Deletes a role with everything that hangs on it: policies, attachments, tags. */
export async function deleteRoleCompletely(db: Db, role: Role): Promise<void> {
  await db.deleteFrom("iam_inline_policies").where("owner_id", "=", role.role_id).execute();
  await db.deleteFrom("iam_policy_attachments").where("owner_id", "=", role.role_id).execute();
  await db.deleteFrom("iam_tags").where("owner_id", "=", role.role_id).execute();
  await deleteAccessesOf(db, role.role_id);
  await db.deleteFrom("iam_roles").where("role_id", "=", role.role_id).execute();
}
