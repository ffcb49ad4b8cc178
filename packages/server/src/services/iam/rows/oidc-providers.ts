import assert from "node:assert";
import { noSuchEntity } from "../errors.ts";
import type { OidcProviderRow } from "../federation-tables.ts";
import type { Db } from "../tables.ts";

export function findOidcProviderRow(
  db: Db,
  accountId: string,
  arn: string,
): Promise<OidcProviderRow | undefined> {
  return db
    .selectFrom("iam_oidc_providers")
    .selectAll()
    .where("arn", "=", arn)
    .where("account_id", "=", accountId)
    .executeTakeFirst();
}

/** @throws NoSuchEntity */
export async function requireOidcProvider(
  db: Db,
  accountId: string,
  arn: string,
): Promise<OidcProviderRow> {
  const provider = await findOidcProviderRow(db, accountId, arn);
  if (!provider) throw noSuchEntity(`OpenIDConnect Provider not found for arn ${arn}`);
  return provider;
}

export async function oidcProviderArns(db: Db, accountId: string): Promise<string[]> {
  const rows = await db
    .selectFrom("iam_oidc_providers")
    .select("arn")
    .where("account_id", "=", accountId)
    .orderBy("arn")
    .execute();
  return rows.map((row) => row.arn);
}

export async function insertOidcProvider(db: Db, provider: OidcProviderRow): Promise<void> {
  await db.insertInto("iam_oidc_providers").values(provider).execute();
}

export async function setOidcProvider(
  db: Db,
  arn: string,
  values: Partial<Pick<OidcProviderRow, "client_ids" | "thumbprints">>,
): Promise<void> {
  await db.updateTable("iam_oidc_providers").set(values).where("arn", "=", arn).execute();
}

export async function deleteOidcProvider(db: Db, arn: string): Promise<void> {
  await db.deleteFrom("iam_oidc_providers").where("arn", "=", arn).execute();
}

/** Reads a stored JSON list. */
export function stringsOf(text: string): string[] {
  const list: unknown = JSON.parse(text);
  assert(
    Array.isArray(list) && list.every((item) => typeof item === "string"),
    "a list of strings",
  );
  return list;
}
