import type { ServerCertificateRow } from "../credential-tables.ts";
import type { Db } from "../tables.ts";
import { findIgnoringCase } from "./named-rows.ts";

/** A certificate is found by its name in any case. */
export function findServerCertificate(
  db: Db,
  accountId: string,
  name: string,
): Promise<ServerCertificateRow | undefined> {
  return findIgnoringCase(db, "iam_server_certificates", accountId, name);
}

export function findServerCertificateById(
  db: Db,
  certificateId: string,
): Promise<ServerCertificateRow | undefined> {
  return db
    .selectFrom("iam_server_certificates")
    .selectAll()
    .where("certificate_id", "=", certificateId)
    .executeTakeFirst();
}

export async function insertServerCertificate(db: Db, row: ServerCertificateRow): Promise<void> {
  await db.insertInto("iam_server_certificates").values(row).execute();
}

export async function setServerCertificate(
  db: Db,
  certificateId: string,
  values: Partial<Pick<ServerCertificateRow, "certificate_name" | "name_key" | "path">>,
): Promise<void> {
  await db
    .updateTable("iam_server_certificates")
    .set(values)
    .where("certificate_id", "=", certificateId)
    .execute();
}

export async function deleteServerCertificate(db: Db, certificateId: string): Promise<void> {
  await db
    .deleteFrom("iam_server_certificates")
    .where("certificate_id", "=", certificateId)
    .execute();
}
