/** A service or resource control policy, with the ARN that denials name. */
export interface OrganizationPolicy {
  readonly id: string;
  readonly text: string;
}

/** A root, an organizational unit or an account, with the policies of one kind attached to it. */
export interface OrganizationLevel {
  readonly kind: "root" | "unit" | "account";
  /** `r-a1b2`, `ou-a1b2-c3d4e5f6`, or the account's id. */
  readonly id: string;
  readonly arn: string;
  readonly name: string;
  readonly policies: readonly OrganizationPolicy[];
}

/** IAM's features of an organization. Source: IAM API reference, ListOrganizationsFeatures. */
export type RootFeature = "RootCredentialsManagement" | "RootSessions";

export interface Organization {
  /** `o-a1b2c3d4e5`. */
  readonly id: string;
  readonly managementAccountId: string;
  readonly rootFeatures: ReadonlySet<RootFeature>;
  /** The accounts that administer a service for the organization, by service principal. */
  readonly administrators: ReadonlyMap<string, ReadonlySet<string>>;
}

/** An account's place in its organization, with the policies of every level above and its own. */
export interface OrganizationMember {
  readonly accountId: string;
  readonly organization: Organization;
  /** As in `aws:PrincipalOrgPaths`: `o-a1b2c3d4e5/r-a1b2/ou-a1b2-c3d4e5f6/`. */
  readonly orgPath: string;
  /** A closed account: its credentials are no longer accepted. */
  readonly isClosed: boolean;
  /** From the root to the account. Empty for the management account, and while SCPs are off. */
  readonly scpLevels: readonly OrganizationLevel[];
  readonly rcpLevels: readonly OrganizationLevel[];
}

/** The organizations of a server at one moment, by the accounts that belong to them. */
export interface Organizations {
  readonly members: ReadonlyMap<string, OrganizationMember>;
  /** Whether an account of any organization is closed. */
  readonly hasClosed: boolean;
}

export const NO_ORGANIZATIONS: Organizations = { members: new Map(), hasClosed: false };
