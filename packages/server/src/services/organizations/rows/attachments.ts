import type { PolicyType } from "../policy-type.ts";
import type { AttachmentRow } from "../tables.ts";
import type { Db } from "./organizations.ts";

const attachments = (db: Db) => db.selectFrom("organizations_attachments").selectAll();

/** The attachments of policies of these types, of all organizations. */
export function attachmentsOfTypes(types: readonly PolicyType[], db: Db): Promise<AttachmentRow[]> {
  return attachments(db)
    .where("policy_type", "in", types)
    .orderBy("attached_ms")
    .orderBy("policy_id")
    .execute();
}

export function attachmentsOfTargets(
  organizationId: string,
  targetIds: readonly string[],
  type: PolicyType,
  db: Db,
): Promise<AttachmentRow[]> {
  return attachments(db)
    .where("organization_id", "=", organizationId)
    .where("target_id", "in", targetIds)
    .where("policy_type", "=", type)
    .orderBy("policy_id")
    .execute();
}

export function attachmentsOfPolicy(
  organizationId: string,
  policyId: string,
  after: string,
  limit: number,
  db: Db,
): Promise<AttachmentRow[]> {
  return attachments(db)
    .where("organization_id", "=", organizationId)
    .where("policy_id", "=", policyId)
    .where("target_id", ">", after)
    .orderBy("target_id")
    .limit(limit)
    .execute();
}

export async function insertAttachment(row: AttachmentRow, db: Db): Promise<void> {
  await db.insertInto("organizations_attachments").values(row).execute();
}

export async function removeAttachment(
  { organization_id, policy_id, target_id }: Omit<AttachmentRow, "attached_ms" | "policy_type">,
  db: Db,
): Promise<void> {
  await db
    .deleteFrom("organizations_attachments")
    .where("organization_id", "=", organization_id)
    .where("policy_id", "=", policy_id)
    .where("target_id", "=", target_id)
    .execute();
}

/** Detaches everything from a unit or account that goes. */
export async function removeAttachmentsOfTarget(
  organizationId: string,
  targetId: string,
  db: Db,
): Promise<void> {
  await db
    .deleteFrom("organizations_attachments")
    .where("organization_id", "=", organizationId)
    .where("target_id", "=", targetId)
    .execute();
}

/** Detaches all policies of a type from everything. */
export async function removeAttachmentsOfType(
  organizationId: string,
  type: PolicyType,
  db: Db,
): Promise<void> {
  await db
    .deleteFrom("organizations_attachments")
    .where("organization_id", "=", organizationId)
    .where("policy_type", "=", type)
    .execute();
}
