import type { Organizations, RootFeature } from "../organization.ts";
import type { Reader, Transaction } from "../store.ts";

/**
 * Knows which account belongs to which organization. The service Organizations implements it.
 * Decisions read it on every request, so the answer is kept in memory until something changes.
 */
export interface OrganizationDirectory {
  /** The committed state; undefined while a change hasn't been read yet. */
  current(): Organizations | undefined;
  /** Resolves to what was committed before the call. */
  read(): Promise<Organizations>;
}

/** A member's entry in Organizations, as IAM's features need it. */
export interface OrganizationFacts {
  readonly organizationId: string;
  readonly managementAccountId: string;
  readonly hasAllFeatures: boolean;
  /** The service may act in the organization's accounts (trusted access). */
  readonly trusts: (servicePrincipal: string) => boolean;
  /** The caller's account administers this service for the organization. */
  readonly isDelegatedAdministrator: (servicePrincipal: string) => boolean;
  readonly features: readonly RootFeature[];
}

/** A root, unit or account as IAM's access report needs it. */
export interface ReportedPlace {
  /**
   * The documents of the SCPs that bound it, a list a level, of which each must allow. Undefined
   * for the management account, which none bounds.
   */
  readonly scpLevels: readonly (readonly string[])[] | undefined;
  /** The accounts that the report is about, with their paths. */
  readonly accounts: readonly { readonly id: string; readonly path: string }[];
}

/** A place of an organization, or the code of what is missing. */
export type PlaceAnswer = ReportedPlace | "noPlace" | "noPolicy" | "noServiceControlPolicies";

/** IAM's questions to Organizations about the account of a caller. */
export interface OrganizationFeatures {
  find(accountId: string, reader: Reader): Promise<OrganizationFacts | undefined>;
  /**
   * Finds the place of a path (`o-…/r-…/ou-…/111122223333`); with a policy's id, as far as this SCP
   * bounds it, alone.
   */
  findPlace(
    organizationId: string,
    path: string,
    policyId: string | undefined,
    reader: Reader,
  ): Promise<PlaceAnswer>;
  setFeature(
    organizationId: string,
    feature: RootFeature,
    isEnabled: boolean,
    tx: Transaction,
  ): Promise<void>;
}

/** Organizations' ports in one value, for services that are created before it. */
export interface OrganizationPorts {
  readonly directory: OrganizationDirectory;
  readonly features: OrganizationFeatures;
}

/** The organizations, if the server has the service. */
export async function organizationsNow(ports: readonly OrganizationPorts[]) {
  const [first] = ports;
  if (!first) return undefined;
  return first.directory.current() ?? (await first.directory.read());
}
