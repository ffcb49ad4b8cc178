import type { AwsClients } from "./aws-clients.ts";
import { fetchSigned, refusalOf } from "./fetch-signed.ts";

/** A permission that a principal has used, as the server remembers it. Times are Unix seconds. */
export interface PermissionUse {
  readonly Action: string;
  /** An ARN, "*", or a pattern. */
  readonly Resource: string;
  readonly IsPattern: boolean;
  readonly Condition: Readonly<Record<string, readonly string[]>>;
  /** The call that needed it: "ivs:CreateChannel". */
  readonly Operation: string;
  readonly LastUsed: number;
  readonly LastDenied?: number;
}

/** A policy of a principal's, with what nothing has needed of it. */
export interface ExaminedPolicy {
  readonly PolicyName: string;
  readonly GroupName?: string;
  readonly IsUnused: boolean;
  readonly UnusedStatements: readonly {
    /** From 0. */
    readonly Index: number;
    readonly Sid?: string;
    readonly IsUnused: boolean;
    readonly Actions: readonly string[];
    readonly Resources: readonly string[];
  }[];
}

/** Asks which permissions a user or role has used. Rejects with the server's refusal. */
export async function permissionUses(
  aws: AwsClients,
  principal: string,
): Promise<readonly PermissionUse[]> {
  const answer = await asked(aws, "/_rolecast/permission-uses", principal);
  return (answer as { PermissionUses: readonly PermissionUse[] }).PermissionUses;
}

/** Asks what its policies allow and nothing has needed. Rejects with the server's refusal. */
export async function unusedPermissions(
  aws: AwsClients,
  principal: string,
): Promise<readonly ExaminedPolicy[]> {
  const answer = await asked(aws, "/_rolecast/unused-permissions", principal);
  return (answer as { Policies: readonly ExaminedPolicy[] }).Policies;
}

async function asked(aws: AwsClients, path: string, principal: string): Promise<unknown> {
  const response = await fetchSigned(aws, { path, query: { principal }, service: "rolecast" });
  if (!response.ok) throw await refusalOf(response);
  return response.json();
}
