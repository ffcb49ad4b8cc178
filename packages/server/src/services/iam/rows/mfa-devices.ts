import type { MfaDeviceRow } from "../credential-tables.ts";
import { noSuchEntity } from "../errors.ts";
import type { Db } from "../tables.ts";

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

/** The device if it is assigned to this user. */
export function findMfaDeviceOf(
  db: Db,
  userId: string,
  serialNumber: string,
): Promise<MfaDeviceRow | undefined> {
  return db
    .selectFrom("iam_mfa_devices")
    .selectAll()
    .where("serial_number", "=", serialNumber)
    .where("user_id", "=", userId)
    .executeTakeFirst();
}

export function mfaDevicesOf(db: Db, userId: string): Promise<MfaDeviceRow[]> {
  return db
    .selectFrom("iam_mfa_devices")
    .selectAll()
    .where("user_id", "=", userId)
    .orderBy("serial_number")
    .execute();
}

/** Reads an account's devices, each with its user or with nulls, by serial number. */
export function mfaDevicesWithUsers(
  db: Db,
  accountId: string,
  wanted: { readonly assigned: boolean | undefined; readonly after: string | undefined },
  limit: number,
) {
  let query = db
    .selectFrom("iam_mfa_devices as device")
    .leftJoin("iam_users as user", "user.user_id", "device.user_id")
    .select(["device.serial_number", "device.enabled_ms"])
    .select(["user.account_id", "user.user_id", "user.user_name", "user.name_key"])
    .select(["user.path", "user.boundary_arn", "user.created_ms"])
    .where("device.account_id", "=", accountId);
  if (wanted.assigned !== undefined)
    query = query.where("device.user_id", wanted.assigned ? "is not" : "is", null);
  if (wanted.after !== undefined) query = query.where("device.serial_number", ">", wanted.after);
  return query.orderBy("device.serial_number").limit(limit).execute();
}

export async function countMfaDevicesInUse(db: Db, accountId: string): Promise<number> {
  const row = await db
    .selectFrom("iam_mfa_devices")
    .select((e) => e.fn.countAll<number>().as("count"))
    .where("account_id", "=", accountId)
    .where("user_id", "is not", null)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** The ids of an account's users who have a device. */
export async function userIdsWithMfa(
  db: Db,
  accountId: string,
): Promise<ReadonlySet<string | null>> {
  const rows = await db
    .selectFrom("iam_mfa_devices")
    .select("user_id")
    .where("account_id", "=", accountId)
    .where("user_id", "is not", null)
    .execute();
  return new Set(rows.map((row) => row.user_id));
}

export async function insertMfaDevice(db: Db, device: MfaDeviceRow): Promise<void> {
  await db.insertInto("iam_mfa_devices").values(device).execute();
}

/** Changes a device's user, its clock's drift or its used codes. */
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

export async function deleteMfaDevice(db: Db, serialNumber: string): Promise<void> {
  await db.deleteFrom("iam_mfa_devices").where("serial_number", "=", serialNumber).execute();
}
