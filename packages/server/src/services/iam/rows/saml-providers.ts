import { noSuchEntity } from "../errors.ts";
import type { SamlPrivateKeyRow, SamlProviderRow } from "../federation-tables.ts";
import type { Db } from "../tables.ts";

export function findSamlProviderRow(
  db: Db,
  accountId: string,
  arn: string,
): Promise<SamlProviderRow | undefined> {
  return db
    .selectFrom("iam_saml_providers")
    .selectAll()
    .where("arn", "=", arn)
    .where("account_id", "=", accountId)
    .executeTakeFirst();
}

/** @throws NoSuchEntity */
export async function requireSamlProvider(
  db: Db,
  accountId: string,
  arn: string,
): Promise<SamlProviderRow> {
  const provider = await findSamlProviderRow(db, accountId, arn);
  if (!provider) throw noSuchEntity(`Manifest not found for arn ${arn}`);
  return provider;
}

/** An account's providers by ARN, without their documents. */
export function samlProvidersOf(db: Db, accountId: string) {
  return db
    .selectFrom("iam_saml_providers")
    .select(["arn", "valid_until_ms", "created_ms"])
    .where("account_id", "=", accountId)
    .orderBy("arn")
    .execute();
}

export async function insertSamlProvider(db: Db, provider: SamlProviderRow): Promise<void> {
  await db.insertInto("iam_saml_providers").values(provider).execute();
}

export async function setSamlProvider(
  db: Db,
  arn: string,
  values: Partial<
    Pick<SamlProviderRow, "metadata_document" | "valid_until_ms" | "encryption_mode">
  >,
): Promise<void> {
  await db.updateTable("iam_saml_providers").set(values).where("arn", "=", arn).execute();
}

export async function deleteSamlProvider(db: Db, arn: string): Promise<void> {
  await db.deleteFrom("iam_saml_private_keys").where("provider_arn", "=", arn).execute();
  await db.deleteFrom("iam_saml_providers").where("arn", "=", arn).execute();
}

/** A provider's private keys, the oldest first. */
export function samlPrivateKeys(db: Db, arn: string): Promise<SamlPrivateKeyRow[]> {
  return db
    .selectFrom("iam_saml_private_keys")
    .selectAll()
    .where("provider_arn", "=", arn)
    .orderBy("created_ms")
    .orderBy("key_id")
    .execute();
}

export async function insertSamlPrivateKey(db: Db, key: SamlPrivateKeyRow): Promise<void> {
  await db.insertInto("iam_saml_private_keys").values(key).execute();
}

/** False if the provider has no such key. */
export async function deleteSamlPrivateKey(db: Db, arn: string, keyId: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom("iam_saml_private_keys")
    .where("provider_arn", "=", arn)
    .where("key_id", "=", keyId)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}
