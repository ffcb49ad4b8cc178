import type { Db, PolicyAttachmentRow, PolicyOwnerKind } from "../tables.ts";

/** A user, group or role that a managed policy is attached to. */
export interface PolicyEntity {
  readonly kind: PolicyOwnerKind;
  readonly id: string;
  readonly name: string;
  readonly path: string;
}

/** The ARNs of the managed policies attached to any of the owners. */
export async function attachedArns(db: Db, ownerIds: readonly string[]): Promise<string[]> {
  const rows = await db
    .selectFrom("iam_policy_attachments")
    .select("policy_arn")
    .distinct()
    .where("owner_id", "in", [...ownerIds])
    .orderBy("policy_arn")
    .execute();
  return rows.map((row) => row.policy_arn);
}

/** The managed policies of each owner, in the order of their ARNs. */
export async function attachmentsOf(
  db: Db,
  ownerIds: readonly string[],
): Promise<{ owner_id: string; policy_arn: string }[]> {
  return db
    .selectFrom("iam_policy_attachments")
    .select(["owner_id", "policy_arn"])
    .where("owner_id", "in", [...ownerIds])
    .orderBy("policy_arn")
    .execute();
}

export async function insertAttachment(db: Db, attachment: PolicyAttachmentRow): Promise<void> {
  await db.insertInto("iam_policy_attachments").values(attachment).execute();
}

/** False if the policy wasn't attached to the owner. */
export async function deleteAttachment(db: Db, ownerId: string, arn: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom("iam_policy_attachments")
    .where("owner_id", "=", ownerId)
    .where("policy_arn", "=", arn)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

/** The users, groups and roles that a managed policy is attached to. */
export async function attachedEntities(
  db: Db,
  accountId: string,
  arn: string,
): Promise<PolicyEntity[]> {
  const users = await db
    .selectFrom("iam_policy_attachments as attachment")
    .innerJoin("iam_users as user", "user.user_id", "attachment.owner_id")
    .select(["user.user_id as id", "user.user_name as name", "user.path as path"])
    .where("attachment.account_id", "=", accountId)
    .where("attachment.policy_arn", "=", arn)
    .execute();
  const groups = await db
    .selectFrom("iam_policy_attachments as attachment")
    .innerJoin("iam_groups as group", "group.group_id", "attachment.owner_id")
    .select(["group.group_id as id", "group.group_name as name", "group.path as path"])
    .where("attachment.account_id", "=", accountId)
    .where("attachment.policy_arn", "=", arn)
    .execute();
  const roles = await db
    .selectFrom("iam_policy_attachments as attachment")
    .innerJoin("iam_roles as role", "role.role_id", "attachment.owner_id")
    .select(["role.role_id as id", "role.role_name as name", "role.path as path"])
    .where("attachment.account_id", "=", accountId)
    .where("attachment.policy_arn", "=", arn)
    .execute();
  return [
    ...users.map((row): PolicyEntity => ({ kind: "user", ...row })),
    ...groups.map((row): PolicyEntity => ({ kind: "group", ...row })),
    ...roles.map((row): PolicyEntity => ({ kind: "role", ...row })),
  ];
}
