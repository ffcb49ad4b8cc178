import { OWN_PARTITION, parseArn } from "../../../kernel/arn.ts";
import { findRole, findRoleById, roleArn } from "../rows/roles.ts";
import { findUser, findUserById, userArn } from "../rows/users.ts";
import type { Db } from "../tables.ts";

const UNIQUE_ID = /^(AIDA|AROA)[A-Z2-7]{12,124}$/;

/** True if a policy's principal is written as the unique id of a user or role. */
export function isPrincipalId(principal: string): boolean {
  return UNIQUE_ID.test(principal);
}

/**
 * The unique id of the user or role that an ARN names; undefined when there is none. A session's
 * ARN stays as it is while its role exists, and so do ARNs of whole accounts and federated users.
 */
export async function principalIdOf(db: Db, principal: string): Promise<string | undefined> {
  const arn = parseArn(principal);
  if (arn?.partition !== OWN_PARTITION) return undefined;
  const [type, ...rest] = arn.resource.split("/");
  if (arn.service === "sts" && type === "assumed-role") {
    const role = await findRole(db, arn.accountId, rest[0] ?? "");
    return role?.role_name === rest[0] ? principal : undefined;
  }
  const name = rest.at(-1) ?? "";
  if (arn.service === "iam" && type === "user") {
    const user = await findUser(db, arn.accountId, name);
    return user && userArn(user) === principal ? user.user_id : undefined;
  }
  if (arn.service === "iam" && type === "role") {
    const role = await findRole(db, arn.accountId, name);
    return role && roleArn(role) === principal ? role.role_id : undefined;
  }
  return principal;
}

/** The ARN of the user or role with a unique id; undefined when it is gone. */
export async function principalArnOf(db: Db, id: string): Promise<string | undefined> {
  if (id.startsWith("AIDA")) {
    const user = await findUserById(db, id);
    return user && userArn(user);
  }
  const role = await findRoleById(db, id);
  return role && roleArn(role);
}
