import type { Kysely } from "kysely";
import type { Migration, Tables } from "../../../kernel/store.ts";

export const federationMigrations: readonly Migration[] = [
  { name: "iam/0040-oidc-providers", up: createOidcProviders },
  { name: "iam/0041-mfa-devices", up: createMfaDevices },
  { name: "iam/0042-server-certificates", up: createServerCertificates },
  { name: "iam/0043-credentials-of-users", up: createCredentialsOfUsers },
  { name: "iam/0044-saml-providers", up: createSamlProviders },
  { name: "iam/0045-outbound-federation", up: createOutboundFederation },
  { name: "iam/0046-signing-certificates", up: createSigningCertificates },
  { name: "iam/0047-saml-private-keys", up: createSamlPrivateKeys },
  { name: "iam/0048-mfa-used-codes", up: addMfaUsedCodes },
];

async function createOidcProviders({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .createTable("iam_oidc_providers")
    .addColumn("account_id", "text", (c) => c.notNull())
    .addColumn("arn", "text", (c) => c.primaryKey())
    .addColumn("url", "text", (c) => c.notNull())
    .addColumn("client_ids", "text", (c) => c.notNull())
    .addColumn("thumbprints", "text", (c) => c.notNull())
    .addColumn("created_ms", "bigint", (c) => c.notNull())
    .execute();
  await schema
    .createIndex("iam_oidc_providers_by_account")
    .on("iam_oidc_providers")
    .columns(["account_id", "arn"])
    .execute();
}

async function createMfaDevices({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .createTable("iam_mfa_devices")
    .addColumn("account_id", "text", (c) => c.notNull())
    .addColumn("serial_number", "text", (c) => c.primaryKey())
    .addColumn("seed_sealed", "text", (c) => c.notNull())
    .addColumn("user_id", "text")
    .addColumn("enabled_ms", "bigint")
    .addColumn("last_step", "bigint", (c) => c.notNull())
    .addColumn("drift_steps", "integer", (c) => c.notNull())
    .addColumn("created_ms", "bigint", (c) => c.notNull())
    .execute();
  await schema
    .createIndex("iam_mfa_devices_by_account")
    .on("iam_mfa_devices")
    .columns(["account_id", "serial_number"])
    .execute();
  await schema
    .createIndex("iam_mfa_devices_by_user")
    .on("iam_mfa_devices")
    .columns(["user_id"])
    .execute();
}

async function createServerCertificates({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .createTable("iam_server_certificates")
    .addColumn("account_id", "text", (c) => c.notNull())
    .addColumn("certificate_id", "text", (c) => c.primaryKey())
    .addColumn("certificate_name", "text", (c) => c.notNull())
    .addColumn("name_key", "text", (c) => c.notNull())
    .addColumn("path", "text", (c) => c.notNull())
    .addColumn("certificate_body", "text", (c) => c.notNull())
    .addColumn("certificate_chain", "text")
    .addColumn("private_key_sealed", "text", (c) => c.notNull())
    .addColumn("expires_ms", "bigint", (c) => c.notNull())
    .addColumn("created_ms", "bigint", (c) => c.notNull())
    .addUniqueConstraint("iam_server_certificates_name", ["account_id", "name_key"])
    .execute();
}

async function createCredentialsOfUsers({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .createTable("iam_ssh_public_keys")
    .addColumn("account_id", "text", (c) => c.notNull())
    .addColumn("key_id", "text", (c) => c.primaryKey())
    .addColumn("user_id", "text", (c) => c.notNull())
    .addColumn("body", "text", (c) => c.notNull())
    .addColumn("fingerprint", "text", (c) => c.notNull())
    .addColumn("status", "text", (c) => c.notNull())
    .addColumn("created_ms", "bigint", (c) => c.notNull())
    .execute();
  await schema
    .createTable("iam_service_specific_credentials")
    .addColumn("account_id", "text", (c) => c.notNull())
    .addColumn("credential_id", "text", (c) => c.primaryKey())
    .addColumn("user_id", "text", (c) => c.notNull())
    .addColumn("service_name", "text", (c) => c.notNull())
    .addColumn("service_user_name", "text", (c) => c.notNull())
    .addColumn("secret_sealed", "text", (c) => c.notNull())
    .addColumn("status", "text", (c) => c.notNull())
    .addColumn("expires_ms", "bigint")
    .addColumn("created_ms", "bigint", (c) => c.notNull())
    .execute();
  for (const table of ["iam_ssh_public_keys", "iam_service_specific_credentials"])
    await schema.createIndex(`${table}_by_user`).on(table).columns(["user_id"]).execute();
  await schema
    .createIndex("iam_service_specific_credentials_by_account")
    .on("iam_service_specific_credentials")
    .columns(["account_id", "credential_id"])
    .execute();
}

async function createSigningCertificates({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .createTable("iam_signing_certificates")
    .addColumn("account_id", "text", (c) => c.notNull())
    .addColumn("certificate_id", "text", (c) => c.primaryKey())
    .addColumn("user_id", "text", (c) => c.notNull())
    .addColumn("body", "text", (c) => c.notNull())
    .addColumn("fingerprint", "text", (c) => c.notNull())
    .addColumn("status", "text", (c) => c.notNull())
    .addColumn("created_ms", "bigint", (c) => c.notNull())
    .execute();
  for (const column of ["user_id", "account_id"])
    await schema
      .createIndex(`iam_signing_certificates_by_${column}`)
      .on("iam_signing_certificates")
      .columns([column])
      .execute();
}

async function createSamlProviders({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .createTable("iam_saml_providers")
    .addColumn("account_id", "text", (c) => c.notNull())
    .addColumn("arn", "text", (c) => c.primaryKey())
    .addColumn("provider_uuid", "text", (c) => c.notNull())
    .addColumn("metadata_document", "text", (c) => c.notNull())
    .addColumn("valid_until_ms", "bigint", (c) => c.notNull())
    .addColumn("created_ms", "bigint", (c) => c.notNull())
    .execute();
  await schema
    .createIndex("iam_saml_providers_by_account")
    .on("iam_saml_providers")
    .columns(["account_id", "arn"])
    .execute();
}

async function createOutboundFederation({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .createTable("iam_outbound_federation")
    .addColumn("account_id", "text", (c) => c.primaryKey())
    .addColumn("issuer_id", "text", (c) => c.notNull().unique())
    .addColumn("keys_sealed", "text", (c) => c.notNull())
    .addColumn("enabled", "integer", (c) => c.notNull())
    .addColumn("created_ms", "bigint", (c) => c.notNull())
    .execute();
}

async function createSamlPrivateKeys({ schema }: Kysely<Tables>): Promise<void> {
  await schema.alterTable("iam_saml_providers").addColumn("encryption_mode", "text").execute();
  await schema
    .createTable("iam_saml_private_keys")
    .addColumn("key_id", "text", (c) => c.primaryKey())
    .addColumn("provider_arn", "text", (c) => c.notNull())
    .addColumn("private_key_sealed", "text", (c) => c.notNull())
    .addColumn("created_ms", "bigint", (c) => c.notNull())
    .execute();
  await schema
    .createIndex("iam_saml_private_keys_by_provider")
    .on("iam_saml_private_keys")
    .columns(["provider_arn", "key_id"])
    .execute();
}

async function addMfaUsedCodes({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .alterTable("iam_mfa_devices")
    .addColumn("used_steps", "text", (c) => c.notNull().defaultTo("[]"))
    .execute();
}
