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
  /** The 30-second period of the last code that was accepted: none up to it is again. */
  last_step: number;
  /** Periods by which the device's clock is ahead of ours. */
  drift_steps: number;
  created_ms: number;
}

export interface FederationTables {
  iam_mfa_devices: MfaDeviceRow;
  iam_oidc_providers: OidcProviderRow;
}
