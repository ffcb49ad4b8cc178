import type { AssertionEncryptionModeType } from "@aws-sdk/client-iam";

/** An OpenID Connect provider. Its tags' owner is its ARN. */
export interface OidcProviderRow {
  account_id: string;
  arn: string;
  /** Without `https://`. */
  url: string;
  /** A JSON list. */
  client_ids: string;
  /** A JSON list. */
  thumbprints: string;
  created_ms: number;
}

/** A SAML provider. Its tags' owner is its ARN. */
export interface SamlProviderRow {
  account_id: string;
  arn: string;
  provider_uuid: string;
  metadata_document: string;
  valid_until_ms: number;
  created_ms: number;
  /** Null is `Allowed`. */
  encryption_mode: AssertionEncryptionModeType | null;
}

/** A key with which a SAML provider's assertions are decrypted. */
export interface SamlPrivateKeyRow {
  key_id: string;
  provider_arn: string;
  /** PEM, sealed by `SecretBox` under the key's id. */
  private_key_sealed: string;
  created_ms: number;
}

/** An account that may show its users and roles to services outside. */
export interface OutboundFederationRow {
  account_id: string;
  /** The id that tells its issuer URL from other accounts'. */
  issuer_id: string;
  /** JSON of private keys (JWK), sealed under the issuer's id. */
  keys_sealed: string;
  enabled: number;
  created_ms: number;
}

export interface FederationTables {
  iam_outbound_federation: OutboundFederationRow;
  iam_saml_private_keys: SamlPrivateKeyRow;
  iam_saml_providers: SamlProviderRow;
  iam_oidc_providers: OidcProviderRow;
}
