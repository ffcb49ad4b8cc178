import type { RequestContext } from "../../../kernel/request-context.ts";
import { noSuchNamed } from "../errors.ts";
import { findGroup, groupArn } from "../rows/groups.ts";
import { findRole, type Role, roleArn } from "../rows/roles.ts";
import { findUser, userArn } from "../rows/users.ts";
import type { Db, PolicyOwnerKind } from "../tables.ts";
import { refuseProtectedRole } from "./protected-role.ts";

/** A user, group or role, as what policies hang on. */
export interface PolicyOwner {
  readonly kind: PolicyOwnerKind;
  readonly id: string;
  readonly name: string;
  readonly arn: string;
  readonly boundaryArn: string | null;
  /** Set for roles: guards need to know who owns it. */
  readonly role?: Role;
}

export async function findOwner(
  db: Db,
  accountId: string,
  kind: PolicyOwnerKind,
  name: string,
): Promise<PolicyOwner | undefined> {
  switch (kind) {
    case "user": {
      const user = await findUser(db, accountId, name);
      if (!user) return undefined;
      const { user_id: id, user_name, boundary_arn: boundaryArn } = user;
      return { kind, id, name: user_name, arn: userArn(user), boundaryArn };
    }
    case "group": {
      const group = await findGroup(db, accountId, name);
      if (!group) return undefined;
      const { group_id: id, group_name } = group;
      return { kind, id, name: group_name, arn: groupArn(group), boundaryArn: null };
    }
    case "role": {
      const role = await findRole(db, accountId, name);
      if (!role) return undefined;
      const { role_id: id, boundary_arn: boundaryArn } = role;
      return { kind, id, name: role.role_name, arn: roleArn(role), boundaryArn, role };
    }
    default:
      return kind satisfies never;
  }
}

/** @throws NoSuchEntity */
export async function requireOwner(
  db: Db,
  accountId: string,
  kind: PolicyOwnerKind,
  name: string,
): Promise<PolicyOwner> {
  const owner = await findOwner(db, accountId, kind, name);
  if (!owner) throw noSuchNamed(kind, name);
  return owner;
}

/** For changes of what hangs on a role: a service-linked one is its owner's alone. */
export function refuseProtectedOwner(owner: PolicyOwner, context: RequestContext): void {
  if (owner.role) refuseProtectedRole(owner.role, context);
}
