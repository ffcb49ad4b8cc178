import { createHash } from "node:crypto";
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

/** The root's id is fixed, so that units' are. */
export const FOLDER_ROOT_ID = "r-root";

export function folderUnitId(path: string): string {
  return `ou-root-${derivedId(path)}`;
}

/** An id that stays the same as long as the path does. */
export function derivedId(path: string): string {
  const digest = createHash("sha256").update(path).digest("hex").slice(0, 16);
  return BigInt(`0x${digest}`).toString(36).padStart(8, "0").slice(-8);
}
