import type { RollbackConfiguration } from "@aws-sdk/client-cloudformation";
import { splitArn } from "../../../kernel/arn.ts";
import type { Checked } from "../../../kernel/checked.ts";
import { notBuilt, validation } from "../errors.ts";

/** Source: CloudFormation API reference, RollbackTrigger. */
const TYPES = new Set(["AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"]);

/**
 * Refuses triggers of a rollback, since there are no alarms here: wrong ones in AWS's words, others
 * as not implemented. A configuration without any says nothing.
 */
export function refuseRollbackTriggers(
  configuration: Checked<RollbackConfiguration> | undefined,
): void {
  const { RollbackTriggers = [], MonitoringTimeInMinutes } = configuration ?? {};
  for (const { Type = "", Arn = "" } of RollbackTriggers) {
    if (!TYPES.has(Type)) throw validation("Rollback Trigger Type not supported");
    if (!splitArn(Arn)?.resource.startsWith("alarm:"))
      throw validation("RelativeId of a Rollback Trigger's ARN is incorrect");
  }
  if (RollbackTriggers.length > 0 || MonitoringTimeInMinutes !== undefined)
    throw notBuilt("RollbackConfiguration");
}
