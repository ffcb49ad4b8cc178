import type { ServiceSpecificCredentialRow } from "../credential-tables.ts";
import type { Db } from "../tables.ts";

/** A user's credentials for one service. */
export function credentialsForService(db: Db, userId: string, service: string) {
  return db
    .selectFrom("iam_service_specific_credentials")
    .selectAll()
    .where("user_id", "=", userId)
    .where("service_name", "=", service)
    .execute();
}

/** The credential if it is this user's. */
export function findCredentialOf(
  db: Db,
  userId: string,
  credentialId: string,
): Promise<ServiceSpecificCredentialRow | undefined> {
  return db
    .selectFrom("iam_service_specific_credentials")
    .selectAll()
    .where("credential_id", "=", credentialId)
    .where("user_id", "=", userId)
    .executeTakeFirst();
}

/** Reads an account's credentials with their users' names, by id. */
export function credentialsWithUsers(
  db: Db,
  accountId: string,
  wanted: {
    readonly userId: string | undefined;
    readonly service: string | undefined;
    readonly after: string | undefined;
  },
  limit: number,
) {
  let query = db
    .selectFrom("iam_service_specific_credentials as credential")
    .innerJoin("iam_users as user", "user.user_id", "credential.user_id")
    .selectAll("credential")
    .select("user.user_name")
    .where("credential.account_id", "=", accountId);
  if (wanted.userId !== undefined) query = query.where("credential.user_id", "=", wanted.userId);
  if (wanted.service !== undefined)
    query = query.where("credential.service_name", "=", wanted.service);
  if (wanted.after !== undefined)
    query = query.where("credential.credential_id", ">", wanted.after);
  return query.orderBy("credential.credential_id").limit(limit).execute();
}

export async function insertServiceSpecificCredential(
  db: Db,
  row: ServiceSpecificCredentialRow,
): Promise<void> {
  await db.insertInto("iam_service_specific_credentials").values(row).execute();
}

export async function setServiceSpecificCredential(
  db: Db,
  credentialId: string,
  values: Partial<Pick<ServiceSpecificCredentialRow, "status" | "secret_sealed">>,
): Promise<void> {
  await db
    .updateTable("iam_service_specific_credentials")
    .set(values)
    .where("credential_id", "=", credentialId)
    .execute();
}

export async function deleteServiceSpecificCredential(db: Db, credentialId: string): Promise<void> {
  await db
    .deleteFrom("iam_service_specific_credentials")
    .where("credential_id", "=", credentialId)
    .execute();
}
