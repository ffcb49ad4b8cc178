import type * as cloudwatch from "@aws-sdk/client-cloudwatch";
import type { Checked } from "../../../kernel/checked.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { pageToken, readPageToken } from "../../../kernel/page-token.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { Turns } from "../../../kernel/work/turns.ts";
import { onAlarm, onEveryAlarm, placeOf } from "../access/alarm-access.ts";
import { invalidNextToken, invalidParameterCombination } from "../errors.ts";
import { textOf } from "../metrics/series.ts";
import { historyOf } from "../rows/alarm-history.ts";
import { alarmsAfter, alarmsIn, findAlarm } from "../rows/alarms.ts";
import type { AlarmRow, CloudWatchTables } from "../tables.ts";
import { compositeAlarmView, metricAlarmView, metricDefinition } from "./alarm-views.ts";
import { childrenOf } from "./composite-alarm.ts";
import { keyOf, watchedBy } from "./metric-alarm.ts";

/** Also the default. Source: CloudWatch API reference, DescribeAlarms, `MaxRecords`. */
const PAGE_SIZE = 50;
const READ_AT_ONCE = 200;
const ALARMS = "alarms";
const HISTORY = "history";
const KINDS = ["MetricAlarm", "CompositeAlarm"] as const;

/** DescribeAlarms, DescribeAlarmsForMetric, DescribeAlarmHistory. */
export const alarmReads: OperationTable = defineOperations<typeof cloudwatch>()({
  DescribeAlarms: {
    authorize: (_input, context) => onEveryAlarm("DescribeAlarms", context),
    handle: describeAlarms,
  },
  DescribeAlarmsForMetric: {
    authorize: () => ({ action: "cloudwatch:DescribeAlarmsForMetric", resource: "*" }),
    async handle(input, context) {
      const rows = await alarmsIn(placeOf("", context), context.db<CloudWatchTables>());
      const found = rows.filter((row) => watches(row, input));
      return { MetricAlarms: found.map(metricAlarmView) };
    },
  },
  DescribeAlarmHistory: {
    authorize: ({ AlarmName: name }, context) =>
      name === undefined
        ? onEveryAlarm("DescribeAlarmHistory", context)
        : onAlarm("DescribeAlarmHistory", name, context),
    handle: describeHistory,
  },
});

type DescribeInput = Checked<cloudwatch.DescribeAlarmsCommandInput>;

async function describeAlarms(
  input: DescribeInput,
  context: RequestContext,
): Promise<cloudwatch.DescribeAlarmsOutput> {
  const { ChildrenOfAlarmName: parent, ParentsOfAlarmName: child } = input;
  if (parent !== undefined || child !== undefined) return relatives(input, context);
  if (input.AlarmNames && input.AlarmNamePrefix !== undefined)
    throw invalidParameterCombination(
      "AlarmNames and AlarmNamePrefix are mutually exclusive and you have specified both.",
    );
  const { MaxRecords: size = PAGE_SIZE, AlarmTypes: types = ["MetricAlarm"] } = input;
  const wanted = (row: AlarmRow) => types.includes(row.type) && isWanted(row, input);
  const { rows, NextToken } = await pageOf(wanted, size, input.NextToken, context);
  return { ...split(rows), ...(NextToken === undefined ? {} : { NextToken }) };
}

function split(rows: readonly AlarmRow[]) {
  return {
    MetricAlarms: rows.filter(({ type }) => type === "MetricAlarm").map(metricAlarmView),
    CompositeAlarms: rows.filter(({ type }) => type === "CompositeAlarm").map(compositeAlarmView),
  };
}

function isWanted(row: AlarmRow, input: DescribeInput): boolean {
  const { AlarmNames, AlarmNamePrefix = "", StateValue, ActionPrefix } = input;
  if (AlarmNames && AlarmNames.length > 0 && !AlarmNames.includes(row.name)) return false;
  if (!row.name.startsWith(AlarmNamePrefix)) return false;
  if (StateValue !== undefined && row.state_value !== StateValue) return false;
  if (ActionPrefix === undefined) return true;
  const { AlarmActions = [], OKActions = [], InsufficientDataActions = [] } = metricDefinition(row);
  const actions = [AlarmActions, OKActions, InsufficientDataActions].flat();
  return actions.some((arn) => arn.startsWith(ActionPrefix));
}

async function pageOf(
  wanted: (row: AlarmRow) => boolean,
  size: number,
  token: string | undefined,
  context: RequestContext,
): Promise<{ readonly rows: readonly AlarmRow[]; readonly NextToken?: string }> {
  const turns = new Turns();
  const rows: AlarmRow[] = [];
  let [after] = token === undefined ? [""] : (readPageToken(token, ALARMS, ["string"]) ?? []);
  if (after === undefined) throw invalidNextToken();
  for (;;) {
    await turns.next();
    const db = context.db<CloudWatchTables>();
    const read = await alarmsAfter(after, placeOf("", context), READ_AT_ONCE, db);
    for (const row of read) {
      if (!wanted(row)) continue;
      const last = rows.at(-1);
      if (rows.length === size && last) return { rows, NextToken: pageToken(ALARMS, [last.name]) };
      rows.push(row);
    }
    const last = read.at(-1);
    if (!last || read.length < READ_AT_ONCE) return { rows };
    after = last.name;
  }
}

/** Alarms that a composite alarm's rule names, or composite alarms whose rules name an alarm. */
async function relatives(
  { ChildrenOfAlarmName: parent, ParentsOfAlarmName: child, ...others }: DescribeInput,
  context: RequestContext,
): Promise<cloudwatch.DescribeAlarmsOutput> {
  const { MaxRecords: size = PAGE_SIZE, NextToken: token, ...rest } = others;
  const further = Object.values(rest).some((value) => value !== undefined);
  if (further || (parent !== undefined && child !== undefined))
    throw invalidParameterCombination(
      "ChildrenOfAlarmName and ParentsOfAlarmName can be combined with MaxRecords and NextToken " +
        "only.",
    );
  const db = context.db<CloudWatchTables>();
  const row = parent === undefined ? undefined : await findAlarm(placeOf(parent, context), db);
  const children = row?.type === "CompositeAlarm" ? childrenOf(row) : [];
  const isRelative = (each: AlarmRow) =>
    child === undefined
      ? children.includes(each.name)
      : each.type === "CompositeAlarm" && childrenOf(each).includes(child);
  const { rows, NextToken } = await pageOf(isRelative, size, token, context);
  const { MetricAlarms, CompositeAlarms } = split(rows);
  const short = ({ AlarmName, AlarmArn, StateValue, StateUpdatedTimestamp }: Short): Short =>
    child === undefined
      ? { AlarmName, AlarmArn, StateValue, StateUpdatedTimestamp }
      : { AlarmName, AlarmArn };
  return {
    MetricAlarms: MetricAlarms.map(short),
    CompositeAlarms: CompositeAlarms.map(short),
    ...(NextToken === undefined ? {} : { NextToken }),
  };
}

type Short = Pick<
  cloudwatch.MetricAlarm,
  "AlarmName" | "AlarmArn" | "StateValue" | "StateUpdatedTimestamp"
>;

function watches(
  row: AlarmRow,
  input: Checked<cloudwatch.DescribeAlarmsForMetricCommandInput>,
): boolean {
  // An alarm that is written as a query isn't found by its metric.
  if (row.type !== "MetricAlarm" || metricDefinition(row).Metrics) return false;
  const { source, periodSeconds } = watchedBy(metricDefinition(row), row);
  if (source.kind !== "metric") return false;
  const { name } = source.statistic;
  const { Statistic = name, ExtendedStatistic = name, Period = periodSeconds } = input;
  return (
    textOf(keyOf(input, row)) === textOf(source.metric) &&
    [Statistic, ExtendedStatistic].every((each) => each === name) &&
    Period === periodSeconds &&
    (input.Unit ?? source.unit) === source.unit
  );
}

async function describeHistory(
  input: Checked<cloudwatch.DescribeAlarmHistoryCommandInput>,
  context: RequestContext,
): Promise<cloudwatch.DescribeAlarmHistoryOutput> {
  const { AlarmName: name, AlarmTypes, HistoryItemType: itemType, MaxRecords = PAGE_SIZE } = input;
  const after =
    input.NextToken === undefined
      ? undefined
      : readPageToken(input.NextToken, HISTORY, ["number", "string"]);
  if (input.NextToken !== undefined && !after) throw invalidNextToken();
  const filter = {
    ...{ name, itemType },
    types: KINDS.filter((kind) => AlarmTypes?.includes(kind) ?? kind === "MetricAlarm"),
    fromMs: input.StartDate?.getTime() ?? 0,
    toMs: input.EndDate?.getTime() ?? Number.MAX_SAFE_INTEGER,
    isAscending: input.ScanBy === "TimestampAscending",
    ...(after && { after: { atMs: after[0], id: after[1] } }),
  };
  const db = context.db<CloudWatchTables>();
  const found = await historyOf(placeOf("", context), filter, MaxRecords + 1, db);
  const page = found.slice(0, MaxRecords);
  const last = page.at(-1);
  return {
    AlarmHistoryItems: page.map((row) => ({
      AlarmName: row.alarm_name,
      AlarmType: row.alarm_type,
      Timestamp: new Date(row.at_ms),
      HistoryItemType: row.item_type as cloudwatch.HistoryItemType,
      HistorySummary: row.summary,
      HistoryData: row.data,
    })),
    ...(last && found.length > page.length
      ? { NextToken: pageToken(HISTORY, [last.at_ms, last.id]) }
      : {}),
  };
}
