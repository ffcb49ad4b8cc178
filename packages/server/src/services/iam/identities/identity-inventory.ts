import type { ExaminedIdentity, IdentityInventory } from "../../../kernel/ports/identity.ts";
import type { IamParts } from "../parts.ts";
import { type AccessKey, accessKeysOfAccount } from "../rows/access-keys.ts";
import { passwordDates } from "../rows/login-profiles.ts";
import { ordinaryRoles, type Role, roleArn } from "../rows/roles.ts";
import { tagsOf } from "../rows/tags.ts";
import { type User, userArn, usersOfAccount } from "../rows/users.ts";
import type { Db, IamTables } from "../tables.ts";

export function createIdentityInventory({
  lastUsed,
}: Pick<IamParts, "lastUsed">): IdentityInventory {
  return {
    async examine(accountId, reader) {
      // Last uses are written in a transaction of their own.
      if (!reader.inTransaction) await lastUsed.flush();
      const db = reader.db<IamTables>();
      const keys = await accessKeysOfAccount(db, accountId);
      const passwords = new Map(
        (await passwordDates(db, accountId)).map(({ user_id, changed_ms }) => [
          user_id,
          changed_ms,
        ]),
      );
      const identities: ExaminedIdentity[] = [];
      for (const role of await ordinaryRoles(db, accountId))
        identities.push(await examinedRole(role, db));
      for (const user of await usersOfAccount(db, accountId))
        identities.push(await examinedUser(user, keys, passwords.get(user.user_id), db));
      return identities;
    },
  };
}

async function examinedRole(role: Role, db: Db): Promise<ExaminedIdentity> {
  const { account_id: accountId, role_name: roleName, role_id: roleId } = role;
  const arn = roleArn(role);
  const session = `assumed-role/${roleName}/examined`;
  return {
    principal: {
      kind: "role-session",
      ...{ accountId, roleName, roleId, roleArn: arn, sessionName: "examined" },
      arn: `arn:aws:sts::${accountId}:${session}`,
      serviceLinked: false,
    },
    arn,
    createdMs: role.created_ms,
    tags: await tagRecord(role.role_id, db),
    lastUsedMs: role.last_used_ms ?? undefined,
    keys: [],
    passwordMs: undefined,
  };
}

async function examinedUser(
  user: User,
  keys: readonly AccessKey[],
  passwordMs: number | undefined,
  db: Db,
): Promise<ExaminedIdentity> {
  const { account_id: accountId, user_name: userName, user_id: id } = user;
  const arn = userArn(user);
  return {
    principal: { kind: "user", accountId, arn, id, userName },
    arn,
    createdMs: user.created_ms,
    tags: await tagRecord(id, db),
    lastUsedMs: undefined,
    keys: keys
      .filter(({ user_id, status }) => user_id === id && status === "Active")
      .map(({ access_key_id, created_ms, last_used_ms }) => ({
        id: access_key_id,
        createdMs: created_ms,
        lastUsedMs: last_used_ms ?? undefined,
      })),
    passwordMs,
  };
}

async function tagRecord(ownerId: string, db: Db): Promise<Readonly<Record<string, string>>> {
  return Object.fromEntries((await tagsOf(db, ownerId)).map(({ Key, Value }) => [Key, Value]));
}
