import type { ControlPolicyKind } from "./control-policy.ts";

/** A policy file: its name without the ending, and the ending's kind. */
export interface FolderPolicy {
  /** `prod/tls-only.rcp.json`, from which the policy's id is derived. */
  readonly path: string;
  readonly name: string;
  readonly kind: ControlPolicyKind;
  readonly text: string;
}

/** A folder of an organization: the root, a unit, or an account. */
export interface FolderLevel {
  /** `prod/222222222222`; empty for the root. */
  readonly path: string;
  readonly name: string;
  /** Undefined for the root and units. */
  readonly accountId: string | undefined;
  readonly hasFullAWSAccess: boolean;
  readonly policies: readonly FolderPolicy[];
  readonly children: readonly FolderLevel[];
}

/** An organization as a folder of policy files describes it. */
export interface OrganizationFolder {
  /** `o-a1b2c3d4e5`. */
  readonly id: string;
  readonly managementAccountId: string;
  readonly root: FolderLevel;
  /** Changes with every change of the folder. */
  readonly digest: string;
}
