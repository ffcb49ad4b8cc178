import type * as cloudwatch from "@aws-sdk/client-cloudwatch";
import type { Checked } from "../../../kernel/checked.ts";
import {
  invalidParameterCombination,
  missingParameter,
  notImplemented,
  unsupportedStatistic,
  validationError,
} from "../errors.ts";
import type { MetricKey } from "../metrics/series.ts";
import { isAwsStatistic, type Statistic, statisticNamed } from "../metrics/statistics.ts";
import type { AlarmPlace } from "../tables.ts";
import { type AlarmQuery, checkQueries } from "./alarm-queries.ts";
import type { Evaluated, TreatMissing } from "./alarm-state.ts";
import { isOperator } from "./thresholds.ts";

export type MetricAlarmInput = Checked<cloudwatch.PutMetricAlarmCommandInput>;
/** PutMetricAlarm's members that are kept as one; the rest are columns. */
export type MetricDefinition = Omit<MetricAlarmInput, "AlarmName" | "ActionsEnabled" | "Tags">;

const PARTITION = "aws";
const NOT_ASCII = /[^\x20-\x7e]/;
const MISSING = ["breaching", "notBreaching", "ignore", "missing"];
const DAY_SECONDS = 86_400;
const HOUR_SECONDS = 3_600;
/** Source: CloudWatch API reference, PutMetricAlarm, `EvaluationPeriods`. */
const WEEK_SECONDS = 7 * DAY_SECONDS;

/** The metric that an alarm watches, and how. */
export interface Watched extends Evaluated {
  readonly source: MetricSource | MathSource;
  readonly periodSeconds: number;
  /** With fewer samples in one of the datapoints that were looked at, the state stays. */
  readonly samplesMin: number;
}

export interface MetricSource {
  readonly kind: "metric";
  readonly metric: MetricKey;
  readonly unit: string | undefined;
  readonly statistic: Statistic;
}

/** One of several queries, which may be of the others. */
export interface MathSource {
  readonly kind: "math";
  readonly queries: readonly AlarmQuery[];
  readonly place: AlarmPlace;
}

/** Throws what CloudWatch refuses of an alarm, or what isn't here, by its name. */
export function checkMetricAlarm(input: MetricDefinition, place: AlarmPlace): void {
  const { MetricName, Metrics, TreatMissingData: treat } = input;
  if ((MetricName === undefined) === (Metrics === undefined))
    throw invalidParameterCombination("Exactly one of MetricName and Metrics must be specified.");
  if (treat !== undefined && !MISSING.includes(treat))
    throw validationError(
      `Option ${treat} for parameter TreatMissingData is not supported. ` +
        `Supported options are [${MISSING.join(", ")}].`,
    );
  if (MetricName !== undefined && NOT_ASCII.test(MetricName))
    throw validationError("MetricName must not contain Non-ASCII characters.");
  checkActions(input, place);
  const { periodSeconds, evaluationPeriods, datapointsToAlarm } = watchedBy(input, place);
  if (![10, 20, 30].includes(periodSeconds) && periodSeconds % 60 !== 0)
    throw validationError("Period must be 10, 20, 30 or a multiple of 60");
  const most = periodSeconds >= HOUR_SECONDS ? WEEK_SECONDS : DAY_SECONDS;
  if (evaluationPeriods * periodSeconds > most) {
    const time = most === DAY_SECONDS ? "a day" : "a week";
    throw validationError(
      `Metrics cannot be checked across more than ${time} ` +
        `(EvaluationPeriods * Period must be <= ${most}).`,
    );
  }
  if (datapointsToAlarm !== undefined && datapointsToAlarm > evaluationPeriods)
    throw validationError("DatapointsToAlarm must be less than or equal to EvaluationPeriods");
}

type Actions = Pick<MetricDefinition, "AlarmActions" | "OKActions" | "InsufficientDataActions">;

/** Throws ValidationError for what isn't an ARN, or one of another partition or Region. */
export function checkActions(input: Actions, place: Pick<AlarmPlace, "region">): void {
  const given = [input.AlarmActions, input.OKActions, input.InsufficientDataActions].flat();
  for (const arn of given) {
    if (arn === undefined) continue;
    const [prefix, partition, , region] = arn.split(":");
    if (prefix !== "arn") throw validationError(`Invalid arn syntax: ${arn}`);
    if (partition !== PARTITION)
      throw validationError(
        `Invalid partition ${partition} specified. Only ${PARTITION} is supported.`,
      );
    // Actions of some services, such as response plans, have no Region in their ARN.
    if (region && region !== place.region)
      throw validationError(
        `Invalid region ${region} specified. Only ${place.region} is supported.`,
      );
  }
}

/** The metric and the rule of a definition that was checked, or that is. */
export function watchedBy(definition: MetricDefinition, place: AlarmPlace): Watched {
  const { ComparisonOperator: operator, Threshold: threshold, EvaluationPeriods } = definition;
  if (operator === undefined) throw missingParameter("ComparisonOperator");
  if (EvaluationPeriods === undefined) throw missingParameter("EvaluationPeriods");
  if (!isOperator(operator))
    throw notImplemented(`alarms by predictions (ComparisonOperator ${operator})`);
  if (threshold === undefined) throw missingParameter("Threshold");
  return {
    ...metricOf(definition, place),
    operator,
    threshold,
    evaluationPeriods: EvaluationPeriods,
    datapointsToAlarm: definition.DatapointsToAlarm,
    treatMissingData: (definition.TreatMissingData ?? "missing") as TreatMissing,
  };
}

/** The metrics that an alarm reads. */
export function metricsOf({ source }: Watched): readonly MetricKey[] {
  if (source.kind === "metric") return [source.metric];
  const { queries, place } = source;
  return queries.flatMap(({ MetricStat }) => (MetricStat ? [keyOf(MetricStat.Metric, place)] : []));
}

type WatchedMetric = Pick<Watched, "source" | "periodSeconds" | "samplesMin">;

function metricOf(definition: MetricDefinition, place: AlarmPlace): WatchedMetric {
  const { Metrics, MetricName, Namespace, Dimensions, Period, Unit } = definition;
  if (Metrics) return metricOfQueries(Metrics, definition, place);
  if (Namespace === undefined) throw missingParameter("Namespace");
  if (Period === undefined) throw missingParameter("Period");
  const statistic = statisticOf(statisticNameOf(definition));
  return {
    source: {
      kind: "metric",
      metric: keyOf({ Namespace, MetricName, Dimensions }, place),
      unit: Unit,
      statistic,
    },
    periodSeconds: Period,
    ...samplesOf(statistic, definition),
  };
}

function statisticNameOf({ Statistic, ExtendedStatistic }: MetricDefinition): string {
  if (Statistic !== undefined && ExtendedStatistic !== undefined)
    throw invalidParameterCombination(
      "The parameters Statistic and ExtendedStatistic are mutually exclusive.",
    );
  const name = Statistic ?? ExtendedStatistic;
  if (name === undefined) throw missingParameter("Statistic");
  return name;
}

/** An alarm of one metric may be written as a query, too. */
function metricOfQueries(
  queries: readonly AlarmQuery[],
  definition: MetricDefinition,
  place: AlarmPlace,
): WatchedMetric {
  checkQueries(queries);
  const [first] = queries;
  if (queries.length === 1 && first?.MetricStat) {
    const { Metric, Period, Stat, Unit } = first.MetricStat;
    const statistic = statisticOf(Stat, "Stat");
    return {
      source: { kind: "metric", metric: keyOf(Metric, place), unit: Unit, statistic },
      periodSeconds: Period,
      ...samplesOf(statistic, definition),
    };
  }
  if (definition.EvaluateLowSampleCountPercentile !== undefined)
    throw validationError("EvaluateLowSampleCountPercentile is for alarms by one percentile.");
  const [periodSeconds] = queries.flatMap(({ MetricStat }) => MetricStat?.Period ?? []);
  if (periodSeconds === undefined)
    throw validationError("Metrics list must contain at least one metric.");
  for (const { MetricStat } of queries) if (MetricStat) statisticOf(MetricStat.Stat, "Stat");
  return { source: { kind: "math", queries, place }, periodSeconds, samplesMin: 0 };
}

const LOW_SAMPLES = ["evaluate", "ignore"];

/**
 * The samples without which a percentile says little. Source: CloudWatch user guide,
 * "Percentile-based alarms and low data samples".
 */
function samplesOf(
  { percent }: Statistic,
  { EvaluateLowSampleCountPercentile: given }: MetricDefinition,
): { readonly samplesMin: number } {
  if (given === undefined) return { samplesMin: 0 };
  if (percent === undefined)
    throw validationError("EvaluateLowSampleCountPercentile is for alarms by one percentile.");
  if (!LOW_SAMPLES.includes(given))
    throw validationError(
      `Option ${given} for parameter EvaluateLowSampleCountPercentile is not supported. ` +
        `Supported options are [${LOW_SAMPLES.join(", ")}].`,
    );
  const share = Math.min(percent, 100 - percent) / 100;
  return { samplesMin: given === "evaluate" ? 0 : 10 / share };
}

function statisticOf(name: string, parameter = "ExtendedStatistic"): Statistic {
  const statistic = statisticNamed(name);
  if (statistic) return statistic;
  if (!isAwsStatistic(name)) throw unsupportedStatistic(parameter, name);
  throw notImplemented(`statistic ${name}`);
}

export function keyOf(
  { Namespace = "", MetricName = "", Dimensions = [] }: cloudwatch.Metric,
  { account_id: accountId, region }: Pick<AlarmPlace, "account_id" | "region">,
): MetricKey {
  const pairs = Dimensions.map(({ Name = "", Value = "" }) => [Name, Value] as const);
  const dimensions = Object.fromEntries(pairs);
  return { accountId, region, namespace: Namespace, name: MetricName, dimensions };
}
