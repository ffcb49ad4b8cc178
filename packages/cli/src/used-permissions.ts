import type { Connection } from "./connection.ts";
import type { NeededPermission } from "./recorded-calls.ts";
import { getSigned } from "./signed-request.ts";

/** A permission as the server remembers its use. Times are ISO 8601. */
export interface UsedPermission extends NeededPermission {
  readonly lastUsed: string;
}

interface AnsweredUse {
  readonly PrincipalArn: string;
  readonly Action: string;
  readonly Resource: string;
  readonly IsPattern: boolean;
  readonly Condition: Readonly<Record<string, readonly string[]>>;
  readonly Operation: string;
  readonly LastUsed: number;
  readonly LastDenied?: number;
}

export interface UsesAskedFor {
  readonly since?: Date | undefined;
  /** A user's or role's ARN as IAM has it. */
  readonly principalArn?: string;
}

/** Asks the server which permissions the account's principals have used. */
export async function usedPermissions(
  connection: Connection,
  { since, principalArn }: UsesAskedFor,
): Promise<readonly UsedPermission[]> {
  const query = new URLSearchParams({
    ...(since && { since: since.toISOString() }),
    ...(principalArn !== undefined && { principal: principalArn }),
  });
  const answer = (await getSigned(connection, `/_rolecast/permission-uses?${query}`)) as {
    readonly PermissionUses: readonly AnsweredUse[];
  };
  return answer.PermissionUses.map((use) => ({
    principalArn: use.PrincipalArn,
    action: use.Action,
    resource: use.Resource,
    isPattern: use.IsPattern,
    allowed: use.LastDenied === undefined || use.LastDenied < use.LastUsed,
    operation: use.Operation,
    context: use.Condition,
    lastUsed: new Date(use.LastUsed * 1_000).toISOString(),
  }));
}
