/** A service or resource control policy, with the ARN that denials name. */
export interface OrganizationPolicy {
  readonly id: string;
  readonly text: string;
}

/**
 * An account's place in the organization, with the policies of every level above and of its own.
 */
export interface OrganizationMember {
  readonly accountId: string;
  /** As in `aws:PrincipalOrgPaths`: `o-a1b2c3d4e5/r-root/prod/`. */
  readonly orgPath: string;
  /**
   * From the root to the account; one list of policies a level. Empty for the management account.
   */
  readonly scpLevels: readonly (readonly OrganizationPolicy[])[];
  readonly rcpLevels: readonly (readonly OrganizationPolicy[])[];
}

/** An organization as a folder describes it. */
export interface Organization {
  /** `o-a1b2c3d4e5`. */
  readonly id: string;
  readonly managementAccountId: string | undefined;
  readonly members: ReadonlyMap<string, OrganizationMember>;
}
