import type { StatusType } from "@aws-sdk/client-iam";

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

export interface CredentialTables {
  iam_mfa_devices: MfaDeviceRow;
  iam_server_certificates: ServerCertificateRow;
  iam_service_specific_credentials: ServiceSpecificCredentialRow;
  iam_signing_certificates: SigningCertificateRow;
  iam_ssh_public_keys: SshPublicKeyRow;
}
