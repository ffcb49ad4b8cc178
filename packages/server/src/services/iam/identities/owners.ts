import type { RequestContext } from "../../../kernel/request-context.ts";
import { noSuchNamed } from "../errors.ts";
import { findGroup, findGroupById, type Group, groupArn } from "../rows/groups.ts";
import { findRole, findRoleById, type Role, roleArn } from "../rows/roles.ts";
import type { StoredTag } from "../rows/tags.ts";
import { findUser, findUserById, type User, userArn } from "../rows/users.ts";
import type { Db, PolicyOwnerKind } from "../tables.ts";
import { refuseProtectedRole } from "./protected-role.ts";

interface OwnerRows {
  readonly user: User;
  readonly group: Group;
  readonly role: Role;
}

/** A user, group or role: policies hang on these three alike. */
export interface PolicyOwner<Kind extends PolicyOwnerKind = PolicyOwnerKind> {
  readonly kind: Kind;
  readonly id: string;
  readonly name: string;
  readonly arn: string;
  readonly boundaryArn: string | null;
  readonly row: OwnerRows[Kind];
}

/** The user, group or role that an operation names, as it was when the operation was decided. */
export interface OwnerSubject<Kind extends PolicyOwnerKind = PolicyOwnerKind> {
  readonly kind: Kind;
  /** The name as the request has it. */
  readonly name: string;
  /** Undefined if there is none: the name alone was decided on. */
  readonly owner: PolicyOwner<Kind> | undefined;
  readonly tags: readonly StoredTag[];
}

interface OwnerTable<Row> {
  find(db: Db, accountId: string, name: string): Promise<Row | undefined>;
  findById(db: Db, id: string): Promise<Row | undefined>;
  describe(row: Row): Pick<PolicyOwner, "id" | "name" | "arn" | "boundaryArn">;
}

const TABLES: { readonly [Kind in PolicyOwnerKind]: OwnerTable<OwnerRows[Kind]> } = {
  user: {
    find: findUser,
    findById: findUserById,
    describe: (user) => ({
      id: user.user_id,
      name: user.user_name,
      arn: userArn(user),
      boundaryArn: user.boundary_arn,
    }),
  },
  group: {
    find: findGroup,
    findById: findGroupById,
    describe: (group) => ({
      id: group.group_id,
      name: group.group_name,
      arn: groupArn(group),
      boundaryArn: null,
    }),
  },
  role: {
    find: findRole,
    findById: findRoleById,
    describe: (role) => ({
      id: role.role_id,
      name: role.role_name,
      arn: roleArn(role),
      boundaryArn: role.boundary_arn,
    }),
  },
};

export async function findOwner<Kind extends PolicyOwnerKind>(
  db: Db,
  accountId: string,
  kind: Kind,
  name: string,
): Promise<PolicyOwner<Kind> | undefined> {
  const table: OwnerTable<OwnerRows[Kind]> = TABLES[kind];
  const row = await table.find(db, accountId, name);
  return row && { kind, row, ...table.describe(row) };
}

/** The owner that was decided on. @throws NoSuchEntity if there was none */
export function existing<Kind extends PolicyOwnerKind>({
  kind,
  name,
  owner,
}: OwnerSubject<Kind>): PolicyOwner<Kind> {
  if (!owner) throw noSuchNamed(kind, name);
  return owner;
}

/**
 * Reads the owner that was decided on again, in the transaction that changes it. By its id: a
 * namesake that was made in between is another one.
 * @throws NoSuchEntity if there was none or it is gone
 */
export async function current<Kind extends PolicyOwnerKind>(
  db: Db,
  subject: OwnerSubject<Kind>,
): Promise<PolicyOwner<Kind>> {
  const { kind, name } = subject;
  const table: OwnerTable<OwnerRows[Kind]> = TABLES[kind];
  const row = await table.findById(db, existing(subject).id);
  if (!row) throw noSuchNamed(kind, name);
  return { kind, row, ...table.describe(row) };
}

/** The role, if the owner is one. */
export function roleOf(owner: PolicyOwner): Role | undefined {
  return isRole(owner) ? owner.row : undefined;
}

function isRole(owner: PolicyOwner): owner is PolicyOwner<"role"> {
  return owner.kind === "role";
}

/** Refuses changes of policies and the boundary on a service-linked role by anybody else. */
export function refuseProtectedOwner(owner: PolicyOwner, context: RequestContext): void {
  const role = roleOf(owner);
  if (role) refuseProtectedRole(role, context);
}
