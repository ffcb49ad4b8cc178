import type { AssertionEncryptionModeType, StatusType } from "@aws-sdk/client-iam";

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

/** A virtual MFA device. Its tags' owner is its serial number, which is its ARN. */
export interface MfaDeviceRow {
  account_id: string;
  serial_number: string;
  /** The Base32 seed, sealed by `SecretBox` under the serial number. */
  seed_sealed: string;
  /** Null while nobody has it. */
  user_id: string | null;
  enabled_ms: number | null;
  /**
   * The later period of the last pair of codes that enabled or resynchronized it: no new pair
   * reaches back to it.
   */
  last_step: number;
  /** JSON: the periods of the last codes that made sessions. */
  used_steps: string;
  /** Periods by which the device's clock is ahead of ours. */
  drift_steps: number;
  created_ms: number;
}

export interface ServerCertificateRow {
  account_id: string;
  certificate_id: string;
  certificate_name: string;
  /** Lower-cased. */
  name_key: string;
  path: string;
  certificate_body: string;
  certificate_chain: string | null;
  /** Sealed by `SecretBox` under the certificate's id; no operation shows it. */
  private_key_sealed: string;
  expires_ms: number;
  created_ms: number;
}

export interface SshPublicKeyRow {
  account_id: string;
  key_id: string;
  user_id: string;
  /** As it was uploaded. */
  body: string;
  fingerprint: string;
  status: StatusType;
  created_ms: number;
}

/** A user's name and password, or API key, for one service. */
export interface ServiceSpecificCredentialRow {
  account_id: string;
  credential_id: string;
  user_id: string;
  service_name: string;
  /** The name, or the API key's alias. */
  service_user_name: string;
  /** Sealed by `SecretBox` under the credential's id. */
  secret_sealed: string;
  status: StatusType;
  expires_ms: number | null;
  created_ms: number;
}

/** A user's X.509 certificate, as it was uploaded. */
export interface SigningCertificateRow {
  account_id: string;
  certificate_id: string;
  user_id: string;
  body: string;
  /** SHA-256 of the certificate, in hexadecimal with colons. */
  fingerprint: string;
  status: StatusType;
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
  /** What tells its issuer URL from other accounts'. */
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
  iam_server_certificates: ServerCertificateRow;
  iam_signing_certificates: SigningCertificateRow;
  iam_ssh_public_keys: SshPublicKeyRow;
  iam_service_specific_credentials: ServiceSpecificCredentialRow;
  iam_mfa_devices: MfaDeviceRow;
  iam_oidc_providers: OidcProviderRow;
}
