import type { SigningCertificateRow } from "../credential-tables.ts";
import type { Db } from "../tables.ts";

export function signingCertificatesOf(db: Db, userId: string): Promise<SigningCertificateRow[]> {
  return db
    .selectFrom("iam_signing_certificates")
    .selectAll()
    .where("user_id", "=", userId)
    .orderBy("certificate_id")
    .execute();
}

/** All signing certificates of an account's users, the oldest first. */
export function signingCertificatesOfAccount(db: Db, accountId: string) {
  return db
    .selectFrom("iam_signing_certificates")
    .select(["user_id", "status", "created_ms"])
    .where("account_id", "=", accountId)
    .orderBy("created_ms")
    .orderBy("certificate_id")
    .execute();
}

export async function insertSigningCertificate(db: Db, row: SigningCertificateRow): Promise<void> {
  await db.insertInto("iam_signing_certificates").values(row).execute();
}

export async function setSigningCertificateStatus(
  db: Db,
  certificateId: string,
  status: SigningCertificateRow["status"],
): Promise<void> {
  await db
    .updateTable("iam_signing_certificates")
    .set({ status })
    .where("certificate_id", "=", certificateId)
    .execute();
}

export async function deleteSigningCertificate(db: Db, certificateId: string): Promise<void> {
  await db
    .deleteFrom("iam_signing_certificates")
    .where("certificate_id", "=", certificateId)
    .execute();
}
