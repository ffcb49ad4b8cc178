import { formatArn } from "../../../kernel/arn.ts";
import type { Authorization, ContextEntries } from "../../../kernel/authorization.ts";
import { type RequestContext, requireAccount } from "../../../kernel/request-context.ts";
import { findAlarm } from "../rows/alarms.ts";
import type { AlarmPlace, CloudWatchTables } from "../tables.ts";
import { resourceTagKeys } from "./tags.ts";

export function placeOf(name: string, context: RequestContext): AlarmPlace {
  return { account_id: requireAccount(context), region: context.region, name };
}

export function alarmArn({ account_id: accountId, region, name }: AlarmPlace): string {
  return formatArn({ service: "cloudwatch", region, accountId, resource: `alarm:${name}` });
}

/** Decides on an alarm, whether there is one or not, by its tags too. */
export async function onAlarm(
  operation: string,
  name: string,
  context: RequestContext,
  keys: ContextEntries = {},
): Promise<Authorization> {
  const place = placeOf(name, context);
  const row = await findAlarm(place, context.db<CloudWatchTables>());
  return {
    action: `cloudwatch:${operation}`,
    resource: alarmArn(place),
    context: { ...resourceTagKeys(row?.tags), ...keys },
  };
}

/** Lists of alarms are decided on all of them. */
export function onEveryAlarm(operation: string, context: RequestContext): Authorization {
  return { action: `cloudwatch:${operation}`, resource: alarmArn(placeOf("*", context)) };
}
