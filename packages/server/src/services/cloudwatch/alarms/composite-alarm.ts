import type * as cloudwatch from "@aws-sdk/client-cloudwatch";
import type { Kysely } from "kysely";
import { parseArn } from "../../../kernel/arn.ts";
import type { Checked } from "../../../kernel/checked.ts";
import { alarmArn } from "../access/alarm-access.ts";
import { validationError } from "../errors.ts";
import { alarmsOfType, findAlarm } from "../rows/alarms.ts";
import type { AlarmPlace, AlarmRow, CloudWatchTables } from "../tables.ts";
import { type AlarmRule, parseRule } from "./alarm-rule.ts";
import { checkActions } from "./metric-alarm.ts";

export type CompositeInput = Checked<cloudwatch.PutCompositeAlarmCommandInput>;
export type CompositeDefinition = Omit<CompositeInput, "AlarmName" | "ActionsEnabled" | "Tags">;

type Db = Kysely<CloudWatchTables>;
const PREFIX = "alarm:";

/** The name of an alarm that a rule has by name or ARN; undefined: it is another place's. */
export function nameInRule(
  alarm: string,
  { account_id, region }: Pick<AlarmPlace, "account_id" | "region">,
): string | undefined {
  if (!alarm.startsWith("arn:")) return alarm;
  const arn = parseArn(alarm);
  const isHere = arn?.accountId === account_id && arn.region === region;
  if (!isHere || !arn.resource.startsWith(PREFIX)) return undefined;
  return arn.resource.slice(PREFIX.length);
}

/** Names of the alarms that a composite alarm's rule asks for. */
export function childrenOf({ definition, ...place }: AlarmRow): readonly string[] {
  const { AlarmRule: text } = JSON.parse(definition) as CompositeDefinition;
  return parseRule(text).alarms.flatMap((alarm) => nameInRule(alarm, place) ?? []);
}

/** Throws ValidationError where the rule is none, names what isn't there, or leads to itself. */
export async function checkComposite(
  input: CompositeDefinition,
  place: AlarmPlace,
  db: Db,
): Promise<AlarmRule> {
  checkActions(input, place);
  const rule = parseRule(input.AlarmRule);
  const unknown: string[] = [];
  for (const alarm of rule.alarms) {
    const name = nameInRule(alarm, place);
    const row = name === undefined ? undefined : await findAlarm({ ...place, name }, db);
    if (!row && name !== place.name) unknown.push(alarm);
  }
  if (unknown.length > 0)
    throw validationError(
      `Could not save the composite alarm as alarms [${unknown.join(", ")}] ` +
        "in the alarm rule do not exist",
    );
  const composites = await alarmsOfType("CompositeAlarm", place, db);
  const below = new Map(composites.map((row) => [row.name, childrenOf(row)]));
  const first = rule.alarms.flatMap((alarm) => nameInRule(alarm, place) ?? []);
  const reached = new Set(first);
  for (const name of reached) for (const child of below.get(name) ?? []) reached.add(child);
  if (reached.has(place.name))
    throw validationError(
      "Could not save the composite alarm as its alarm rule would make a cycle " +
        `through ${alarmArn(place)}`,
    );
  return rule;
}
