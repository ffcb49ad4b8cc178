export interface SsmTables {
  ssm_parameters: ParameterRow;
  ssm_parameter_versions: VersionRow;
  ssm_parameter_labels: LabelRow;
}

/** The place of a parameter: `path` is its name with a slash before it, as `/x` and `x` are one. */
export interface ParameterPlace {
  account_id: string;
  region: string;
  path: string;
}

export interface ParameterRow extends ParameterPlace {
  /** The name as it was put, with or without a slash before it. */
  name: string;
  /** Tells a parameter from a later namesake. */
  parameter_id: string;
  /** The newest version. */
  version: number;
  created_ms: number;
  /** A tag set as JSON: `{ [key]: value }`. */
  tags: string;
  /** When the next of its policies is due; null if none is. */
  due_ms: number | null;
}

export type ParameterType = "String" | "StringList" | "SecureString";
export type ParameterTier = "Standard" | "Advanced";

export interface VersionRow {
  parameter_id: string;
  version: number;
  type: ParameterType;
  tier: ParameterTier;
  /** The value, or its ciphertext in base64. */
  value: string;
  /** A SecureString's key as it was named; null for other types. */
  key_id: string | null;
  description: string | null;
  allowed_pattern: string | null;
  data_type: string;
  /** The parameter's policies as JSON: a list of `StoredPolicy`. */
  policies: string;
  modified_ms: number;
  /** The ARN of whoever put it. */
  modified_by: string;
}

export interface LabelRow {
  parameter_id: string;
  label: string;
  version: number;
}

/** A parameter together with one of its versions. */
export type ParameterVersion = ParameterPlace &
  Pick<ParameterRow, "name" | "tags"> &
  VersionRow & { readonly latest: number };
