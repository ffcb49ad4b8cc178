import type { RollbackConfiguration } from "@aws-sdk/client-cloudformation";
import { splitArn } from "../../../kernel/arn.ts";
import type { Checked } from "../../../kernel/checked.ts";
import { validation } from "../errors.ts";

/** Source: CloudFormation API reference, RollbackTrigger. */
const TYPES = new Set(["AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"]);
/** Source: CloudFormation API reference, RollbackConfiguration. */
const TRIGGERS_MAX = 5;

/** Alarms that end an operation, and how long they are watched after its last resource. */
export interface StoredRollback {
  readonly triggers: readonly { readonly arn: string; readonly type: string }[];
  readonly minutes: number | undefined;
}

/**
 * The configuration that a request leaves a stack with: its own members, and for those that it
 * leaves out the stack's. Throws ValidationError in AWS's words.
 */
export function rollbackOf(
  configuration: Checked<RollbackConfiguration> | undefined,
  before: string | null,
): string | null {
  if (configuration === undefined) return before;
  const { RollbackTriggers, MonitoringTimeInMinutes } = configuration;
  const was = storedRollback(before);
  if (RollbackTriggers && RollbackTriggers.length > TRIGGERS_MAX)
    throw validation(`Only ${TRIGGERS_MAX} rollback triggers may be specified.`);
  const triggers = RollbackTriggers?.map(({ Arn = "", Type = "" }) => {
    if (!TYPES.has(Type)) throw validation("Rollback Trigger Type not supported");
    if (!splitArn(Arn)?.resource.startsWith("alarm:"))
      throw validation("RelativeId of a Rollback Trigger's ARN is incorrect");
    return { arn: Arn, type: Type };
  });
  const next: StoredRollback = {
    triggers: triggers ?? was.triggers,
    minutes: MonitoringTimeInMinutes ?? was.minutes,
  };
  return next.triggers.length === 0 && next.minutes === undefined ? null : JSON.stringify(next);
}

export function storedRollback(text: string | null): StoredRollback {
  return text === null
    ? { triggers: [], minutes: undefined }
    : (JSON.parse(text) as StoredRollback);
}

export function rollbackView(text: string | null): RollbackConfiguration {
  const { triggers, minutes } = storedRollback(text);
  return {
    ...(triggers.length > 0
      ? { RollbackTriggers: triggers.map(({ arn, type }) => ({ Arn: arn, Type: type })) }
      : {}),
    ...(minutes === undefined ? {} : { MonitoringTimeInMinutes: minutes }),
  };
}
