import type { Kysely } from "kysely";
import { noSuchEntity } from "../errors.ts";
import type { MfaDeviceRow } from "../federation-tables.ts";
import type { IamTables } from "../tables.ts";

type Db = Kysely<IamTables>;

export function findMfaDevice(
  db: Db,
  accountId: string,
  serialNumber: string,
): Promise<MfaDeviceRow | undefined> {
  return db
    .selectFrom("iam_mfa_devices")
    .selectAll()
    .where("serial_number", "=", serialNumber)
    .where("account_id", "=", accountId)
    .executeTakeFirst();
}

/** @throws NoSuchEntity */
export async function requireMfaDevice(
  db: Db,
  accountId: string,
  serialNumber: string,
): Promise<MfaDeviceRow> {
  const device = await findMfaDevice(db, accountId, serialNumber);
  if (!device) throw noSuchEntity(`MFA Device with serial number ${serialNumber} does not exist.`);
  return device;
}

export function mfaDevicesOf(db: Db, userId: string): Promise<MfaDeviceRow[]> {
  return db
    .selectFrom("iam_mfa_devices")
    .selectAll()
    .where("user_id", "=", userId)
    .orderBy("serial_number")
    .execute();
}

/** Changes what `serialNumber` is assigned to and how far its clock is off. */
export async function setMfaDevice(
  db: Db,
  serialNumber: string,
  values: Partial<Omit<MfaDeviceRow, "account_id" | "serial_number">>,
): Promise<void> {
  await db
    .updateTable("iam_mfa_devices")
    .set(values)
    .where("serial_number", "=", serialNumber)
    .execute();
}
