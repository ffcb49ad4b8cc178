import { assumeRoleFor, type RoleAssumer } from "../../../kernel/assume-role.ts";
import { AwsError } from "../../../kernel/aws-error.ts";
import type { Caller } from "../../../kernel/principal.ts";
import { ruleArn } from "../arns.ts";
import { EVENTS } from "../rule-authorization.ts";
import type { DeliveryRow } from "../tables.ts";
import type { Failed } from "./send-request.ts";

export type TargetRoleParts = RoleAssumer;

/**
 * EventBridge acts as the target's role, whose trust policy must admit events.amazonaws.com, which
 * works for the rule. Resolves to the session, or to the failure of the delivery, which is tried
 * again.
 */
export async function assumeTargetRole(
  row: Pick<DeliveryRow, "id" | "account_id" | "region" | "rule_name">,
  roleArn: string,
  parts: TargetRoleParts,
): Promise<Caller | Failed> {
  try {
    const sessionName = row.id.replaceAll("-", "");
    const onBehalfOf = { accountId: row.account_id, resourceArn: ruleArn(row, row.rule_name) };
    const session = { service: EVENTS, onBehalfOf, sessionName, region: row.region };
    return await assumeRoleFor({ ...session, roleArn }, parts);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { delivered: false, retry: true, reason: `its role: ${error.code}` };
  }
}
