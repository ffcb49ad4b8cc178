import type { RootFeature } from "../../kernel/organization.ts";
import type { PolicyType } from "./policy-type.ts";

export interface OrganizationsTables {
  organizations_organizations: OrganizationRow;
  organizations_accounts: AccountRow;
  organizations_units: UnitRow;
  organizations_policies: PolicyRow;
  organizations_attachments: AttachmentRow;
  organizations_account_requests: AccountRequestRow;
  organizations_handshakes: HandshakeRow;
  organizations_services: TrustedServiceRow;
  organizations_administrators: AdministratorRow;
}

export interface OrganizationRow {
  organization_id: string;
  management_account_id: string;
  root_id: string;
  feature_set: "ALL" | "CONSOLIDATED_BILLING";
  created_ms: number;
  /** The policy types that are on, as JSON. */
  policy_types: string;
  /** The root's tag set as JSON: `{ [key]: value }`. */
  root_tags: string;
  /** IAM's features that are on, as JSON. */
  root_features: string;
  /** The resource policy; null with its id and tags while there is none. */
  delegation_policy: string | null;
  delegation_policy_id: string | null;
  delegation_policy_tags: string;
  /** The digest of the folder that filled the organization last; null for others. */
  folder_digest: string | null;
}

/** IAM's features as `root_features` holds them. */
export type RootFeatures = readonly RootFeature[];

export interface AccountRow {
  account_id: string;
  organization_id: string;
  /** A root's or unit's id. */
  parent_id: string;
  name: string;
  email: string;
  joined_method: "CREATED" | "INVITED";
  joined_ms: number;
  /** When CloseAccount closed it; null for an account that is open. */
  closed_ms: number | null;
  tags: string;
}

export interface UnitRow {
  unit_id: string;
  organization_id: string;
  parent_id: string;
  name: string;
  tags: string;
}

export interface PolicyRow {
  policy_id: string;
  organization_id: string;
  type: PolicyType;
  name: string;
  description: string;
  content: string;
  tags: string;
  updated_ms: number;
}

export interface AttachmentRow {
  organization_id: string;
  /** AWS's own policies have none of `organizations_policies`. */
  policy_id: string;
  policy_type: PolicyType;
  /** A root's, unit's or account's id. */
  target_id: string;
  attached_ms: number;
}

/** The request of a CreateAccount. */
export interface AccountRequestRow {
  request_id: string;
  organization_id: string;
  account_name: string;
  state: "SUCCEEDED" | "FAILED";
  requested_ms: number;
  completed_ms: number;
  account_id: string | null;
  failure_reason: "EMAIL_ALREADY_EXISTS" | "INVALID_EMAIL" | null;
}

export interface HandshakeRow {
  handshake_id: string;
  organization_id: string;
  action: "INVITE" | "ENABLE_ALL_FEATURES" | "APPROVE_ALL_FEATURES";
  /** EXPIRED isn't stored: it is OPEN after its time. */
  state: "OPEN" | "CANCELED" | "ACCEPTED" | "DECLINED";
  requested_ms: number;
  expires_ms: number;
  /** The account that is asked; null for ENABLE_ALL_FEATURES. */
  account_id: string | null;
  /** The e-mail address that was invited; null for an invitation by account id. */
  email: string | null;
  notes: string | null;
  /** The tags of the account once it has joined. */
  tags: string;
}

/** A service that may act in the organization's accounts. */
export interface TrustedServiceRow {
  organization_id: string;
  service_principal: string;
  enabled_ms: number;
}

/** An account that administers a service for the organization. */
export interface AdministratorRow {
  organization_id: string;
  account_id: string;
  service_principal: string;
  enabled_ms: number;
}
