import type { KeySpec, KeyUsage } from "./key-spec.ts";

export interface KmsTables {
  kms_keys: KeyRow;
  kms_materials: MaterialRow;
  kms_aliases: AliasRow;
  kms_grants: GrantRow;
  kms_key_uses: KeyUseRow;
}

/** A key's state as it is stored; `keyStateOf` says how a key without material is shown. */
export type KeyState = "Enabled" | "Disabled" | "PendingDeletion" | "PendingReplicaDeletion";

export interface KeyRow {
  region: string;
  /** A UUID. Related multi-Region keys share one, with another form. */
  key_id: string;
  account_id: string;
  /** CUSTOMER, or AWS for a key that a service uses for the account. */
  key_manager: "CUSTOMER" | "AWS";
  description: string;
  state: KeyState;
  created_ms: number;
  /** When a key that is to be deleted will be gone. */
  deletion_ms: number | null;
  /** The key policy as it is matched: users and roles stand as unique ids. */
  policy: string;
  /** A tag set as JSON: `{ [key]: value }`. */
  tags: string;
  /** The material that encrypts; all the others only decrypt. Empty: none was imported yet. */
  material_id: string;
  /** Imported material that the next rotation makes the one that encrypts. Empty: there is none. */
  pending_material_id: string;
  /** Null: the key isn't rotated by itself. */
  rotation_days: number | null;
  /** When it is rotated next; null with `rotation_days`. */
  rotation_ms: number | null;
  key_spec: KeySpec;
  key_usage: KeyUsage;
  origin: "AWS_KMS" | "EXTERNAL";
  /** 1 for a key that can be used: 0 until its material is imported, and after it was deleted. */
  has_material: number;
  /** When its imported material expires. */
  valid_to_ms: number | null;
  /** The Region of the primary key among related multi-Region keys; null for all other keys. */
  primary_region: string | null;
  /** The waiting period that begins once the last replica of this primary key is gone. */
  deletion_days: number | null;
}

/** A key's material, whose bytes never change. */
export interface MaterialRow {
  key_id: string;
  /** 64 hexadecimal digits. */
  material_id: string;
  /** Its bytes in base64, sealed: an asymmetric key's are PKCS #8. Empty: they were deleted. */
  sealed: string;
  created_ms: number;
  /** AUTOMATIC or ON_DEMAND; null for the key's first material, and until it is rotated to. */
  rotation_type: "AUTOMATIC" | "ON_DEMAND" | null;
  /** Counts a key's materials from 0. */
  number: number;
}

export interface AliasRow {
  account_id: string;
  region: string;
  /** With its prefix `alias/`. */
  alias_name: string;
  key_id: string;
  created_ms: number;
  updated_ms: number;
}

export interface GrantRow {
  /** 64 hexadecimal digits. */
  grant_id: string;
  region: string;
  key_id: string;
  /** The grant token, which names it until it is in force everywhere: at once, here. */
  token: string;
  /** Empty where none was given. */
  name: string;
  created_ms: number;
  /** The account whose credentials made it. */
  issuing_account_id: string;
  /** As they are matched: users and roles stand as unique ids. A service's principal as it is. */
  grantee: string;
  retiring: string | null;
  /** As JSON. */
  operations: string;
  /** GrantConstraints as JSON. */
  constraints: string;
}

/** The last use of a key that succeeded. */
export interface KeyUseRow {
  region: string;
  key_id: string;
  operation: string;
  used_ms: number;
  request_id: string;
}
