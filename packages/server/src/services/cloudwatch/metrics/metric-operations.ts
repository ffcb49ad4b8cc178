import type * as cloudwatch from "@aws-sdk/client-cloudwatch";
import type { Authorization } from "../../../kernel/authorization.ts";
import type { Checked } from "../../../kernel/checked.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { type RequestContext, requireAccount } from "../../../kernel/request-context.ts";
import { nextTurn } from "../../../kernel/work/turns.ts";
import { invalidParameterCombination, invalidParameterValue, missingParameter } from "../errors.ts";
import { checkNames } from "./datum-names.ts";
import { FINE_MS } from "./fine-periods.ts";
import { checkQueries, labelsOf, ofOneUnit, pageOfResults } from "./metric-data.ts";
import type { MetricStore, MetricWindow } from "./metric-store.ts";
import { QueryMath } from "./query-math.ts";
import type { MetricKey } from "./series.ts";
import { STATISTIC_NAMES, type Statistic, statisticNamed } from "./statistics.ts";
import { valuesOf } from "./values.ts";

/** Source: CloudWatch API reference, GetMetricStatistics: datapoints of one answer. */
const DATAPOINTS_MAX = 1_440;
/** Source: as above, GetMetricData. */
const DATA_POINTS_MAX = 100_800;
const MINUTE_SECONDS = 60;
const HOUR_MS = 3_600_000;
const PUT_MAX = 1_000;
const PUT_BEFORE_MAX_MS = 14 * 24 * HOUR_MS;
const PUT_AHEAD_MAX_MS = 2 * HOUR_MS;

/** PutMetricData, GetMetricData, GetMetricStatistics, ListMetrics. */
export function metricOperations(metrics: MetricStore): OperationTable {
  return defineOperations<typeof cloudwatch>()({
    PutMetricData: {
      authorize: (input) => ({
        ...onAll("PutMetricData"),
        context: { "cloudwatch:namespace": input.Namespace },
      }),
      handle: (input, context) => putMetricData(input, context, metrics),
    },
    GetMetricStatistics: {
      authorize: () => onAll("GetMetricStatistics"),
      handle: (input, context) => getMetricStatistics(input, context, metrics),
    },
    GetMetricData: {
      authorize: () => onAll("GetMetricData"),
      handle: (input, context) => getMetricData(input, context, metrics),
    },
    ListMetrics: {
      authorize: () => onAll("ListMetrics"),
      handle: (input, context) =>
        metrics.page({ accountId: requireAccount(context), region: context.region }, input),
    },
  });
}

function onAll(action: string): Authorization {
  return { action: `cloudwatch:${action}`, resource: "*" };
}

interface NamedMetric extends Pick<cloudwatch.Metric, "Dimensions"> {
  readonly Namespace: string;
  readonly MetricName: string;
}

function metricOf(given: NamedMetric, context: RequestContext): MetricKey {
  const dimensions = (given.Dimensions ?? []).map(({ Name = "", Value = "" }) => [Name, Value]);
  return {
    accountId: requireAccount(context),
    region: context.region,
    namespace: given.Namespace,
    name: given.MetricName,
    dimensions: Object.fromEntries(dimensions) as Record<string, string>,
  };
}

async function putMetricData(
  input: Checked<cloudwatch.PutMetricDataCommandInput>,
  context: RequestContext,
  metrics: MetricStore,
): Promise<object> {
  if (input.Namespace.startsWith("AWS/")) {
    throw invalidParameterValue("The value AWS/ for parameter Namespace is invalid.");
  }
  const data = namedData(input);
  checkCount(input, data.length);
  checkNames(data);
  const accepted = data.map(([name, datum]) => ({
    ...metricOf({ ...datum, Namespace: input.Namespace }, context),
    unit: datum.Unit ?? "None",
    atMs: timestampMs(datum, name, context.nowMs),
    sets: valuesOf(datum, name),
  }));
  await metrics.admit(requireAccount(context), accepted);
  for (const { sets, ...metric } of accepted)
    for (const values of sets) metrics.putValues({ ...metric, values });
  return {};
}

/** Source: PutMetricData, `StrictEntityValidation` and `EntityMetricData`. */
function checkCount(
  { EntityMetricData, StrictEntityValidation }: Checked<cloudwatch.PutMetricDataCommandInput>,
  count: number,
): void {
  if (count === 0) throw missingParameter("MetricData");
  if (EntityMetricData && StrictEntityValidation === undefined)
    throw missingParameter("StrictEntityValidation");
  if (count > PUT_MAX)
    throw invalidParameterValue(
      `The collection MetricData must not have a size greater than ${PUT_MAX}.`,
    );
}

type Datum = Checked<cloudwatch.MetricDatum>;

/** All data of a request under their names, of entities and not; entities aren't kept. */
function namedData({
  MetricData = [],
  EntityMetricData = [],
}: Checked<cloudwatch.PutMetricDataCommandInput>): readonly (readonly [string, Datum])[] {
  const named = (data: readonly Datum[], prefix: string) =>
    data.map((datum, index) => [`${prefix}MetricData.member.${index + 1}`, datum] as const);
  return [
    ...named(MetricData, ""),
    ...EntityMetricData.flatMap(({ MetricData: data = [] }, index) =>
      named(data, `EntityMetricData.member.${index + 1}.`),
    ),
  ];
}

/** Source: PutMetricData, `Timestamp`: from two weeks ago to two hours ahead. */
function timestampMs({ Timestamp }: cloudwatch.MetricDatum, name: string, nowMs: number): number {
  const atMs = Math.floor(Timestamp?.getTime() ?? nowMs);
  if (atMs < nowMs - PUT_BEFORE_MAX_MS || atMs > nowMs + PUT_AHEAD_MAX_MS) {
    throw invalidParameterValue(
      `The parameter ${name}.Timestamp must be within the last two weeks, and at most two hours in the future.`,
    );
  }
  return atMs;
}

function windowOf(
  start: Date | undefined,
  end: Date | undefined,
  periodSeconds: number | undefined,
): MetricWindow {
  if (!start) throw missingParameter("StartTime");
  if (!end) throw missingParameter("EndTime");
  if (periodSeconds === undefined) throw missingParameter("Period");
  if (start.getTime() >= end.getTime()) {
    throw invalidParameterValue("The parameter StartTime must be less than the parameter EndTime.");
  }
  const isFine = [1, 5, 10, 20, 30].includes(periodSeconds);
  if (!isFine && periodSeconds % MINUTE_SECONDS !== 0) {
    throw invalidParameterValue(
      "The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60 seconds.",
    );
  }
  // Periods below a minute are kept for every five seconds.
  const periodMs = Math.max(periodSeconds * 1000, FINE_MS);
  const fromMs = Math.floor(start.getTime() / periodMs) * periodMs;
  return { fromMs, toMs: Math.ceil(end.getTime()), periodMs };
}

/** AWS counts the periods that the times are apart, not those that they touch: a day has 1,440. */
function datapointsOf({
  StartTime,
  EndTime,
  Period,
}: Checked<cloudwatch.GetMetricStatisticsCommandInput>): number {
  return Math.floor((EndTime.getTime() - StartTime.getTime()) / (Period * 1000));
}

async function getMetricStatistics(
  input: Checked<cloudwatch.GetMetricStatisticsCommandInput>,
  context: RequestContext,
  metrics: MetricStore,
) {
  const { Statistics = [], ExtendedStatistics = [] } = input;
  if (Statistics.length > 0 === ExtendedStatistics.length > 0)
    throw invalidParameterCombination("Must specify either Statistics or ExtendedStatistics");
  const statistics = [...Statistics, ...ExtendedStatistics].map(statisticOf);
  const window = windowOf(input.StartTime, input.EndTime, input.Period);
  const requested = datapointsOf(input);
  if (requested > DATAPOINTS_MAX) {
    throw invalidParameterCombination(
      `You have requested up to ${requested} datapoints, which exceeds the limit of ${DATAPOINTS_MAX}. You may reduce the datapoints requested by increasing Period, or decreasing the time range.`,
    );
  }
  const isExtended = ExtendedStatistics.length > 0;
  const metric = metricOf(input, context);
  const periods = await metrics.periods(metric, window, input.Unit, isExtended);
  const Datapoints = periods.flatMap((period) => {
    const entries = statistics.map(({ name, of }) => [name, of(period)] as const);
    // Those of which the values aren't known have no percentiles.
    if (entries.some(([, value]) => value === undefined)) return [];
    const values = Object.fromEntries(entries) as Record<string, number>;
    return {
      Timestamp: new Date(period.atMs),
      ...(isExtended ? { ExtendedStatistics: values } : values),
      Unit: period.unit as cloudwatch.StandardUnit,
    };
  });
  return { Label: input.MetricName, Datapoints };
}

async function getMetricData(
  input: Checked<cloudwatch.GetMetricDataCommandInput>,
  context: RequestContext,
  metrics: MetricStore,
) {
  checkQueries(input);
  const queries = input.MetricDataQueries ?? [];
  const labelOf = labelsOf(queries);
  const results: cloudwatch.MetricDataResult[] = [];
  const math = new QueryMath(queries);
  let points = 0;
  for (const query of queries) {
    const { MetricStat: stat, Id } = query;
    if (!stat) continue;
    const statistic = statisticOf(stat.Stat);
    const window = windowOf(input.StartTime, input.EndTime, stat.Period);
    points += (window.toMs - window.fromMs) / window.periodMs;
    if (points > DATA_POINTS_MAX) {
      throw invalidParameterValue(`More than ${DATA_POINTS_MAX} datapoints were requested.`);
    }
    if (query.ReturnData === false && !math.isWanted) continue;
    // The model requires neither name here.
    const { Namespace = "", MetricName = "", Dimensions } = stat.Metric;
    const metric = metricOf({ Namespace, MetricName, Dimensions }, context);
    const { found, Messages } = await metricPoints(metrics, metric, window, stat.Unit, statistic);
    math.add(Id, labelOf(query), window, found);
    if (query.ReturnData === false) continue;
    // The newest come first unless something else is asked for.
    if (input.ScanBy !== "TimestampAscending") found.reverse();
    results.push({
      Id,
      Label: labelOf(query),
      ...(Messages ? { Messages } : {}),
      Timestamps: found.map(([atMs]) => new Date(atMs)),
      Values: found.map(([, value]) => value),
      StatusCode: "Complete",
    });
  }
  const window = (Period: number | undefined) => windowOf(input.StartTime, input.EndTime, Period);
  results.push(...(await math.results(window, input.ScanBy === "TimestampAscending")));
  const page = pageOfResults(math.inOrder(results), input);
  // The answer, which may have 100,800 values, is written in a turn of its own.
  await nextTurn();
  return { ...page, Messages: [] };
}

/** The values of one unit, oldest first, without periods of which the statistic isn't known. */
async function metricPoints(
  metrics: MetricStore,
  metric: MetricKey,
  window: MetricWindow,
  unit: string | undefined,
  { of, percent }: Statistic,
) {
  const periods = await metrics.periods(metric, window, unit, percent !== undefined);
  const { found, Messages } = ofOneUnit(periods);
  const points = found.flatMap((each) => {
    const value = of(each);
    return value === undefined ? [] : [[each.atMs, value] as const];
  });
  return { found: points, Messages };
}

function statisticOf(name = ""): Statistic {
  const statistic = statisticNamed(name);
  if (statistic) return statistic;
  const known = `${STATISTIC_NAMES.join(", ")} and p0 to p100`;
  throw invalidParameterValue(`Rolecast's CloudWatch has the statistics ${known}, not ${name}.`);
}
