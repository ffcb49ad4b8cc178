import {
  compacted,
  type Distribution,
  KEPT_VALUES_MAX,
  merged,
  percentileOf,
} from "./distribution.ts";

/** The figures that are kept of a period of a metric. */
export interface StatisticSet {
  readonly sampleCount: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
  /** Left out if all values are the same, or where the values aren't known. */
  readonly values?: Distribution | undefined;
}

/** A metric's values of one unit in one of the periods that were asked for. */
export interface Period extends StatisticSet {
  readonly atMs: number;
  readonly unit: string;
}

const STATISTICS = {
  SampleCount: ({ sampleCount }: StatisticSet) => sampleCount,
  Average: ({ sum, sampleCount }: StatisticSet) => sum / sampleCount,
  Sum: ({ sum }: StatisticSet) => sum,
  Minimum: ({ minimum }: StatisticSet) => minimum,
  Maximum: ({ maximum }: StatisticSet) => maximum,
} as const;

export const STATISTIC_NAMES = Object.keys(STATISTICS);

/** Up to ten decimal places. Source: CloudWatch API reference, GetMetricStatistics. */
const PERCENTILE = /^p(100(?:\.0{1,10})?|\d{1,2}(?:\.\d{1,10})?)$/;

const SHARE = "(?:100(?:\\.0{1,10})?|\\d{1,2}(?:\\.\\d{1,10})?)";
/**
 * Trimmed and winsorized means, trimmed counts and sums, percentile ranks, and the interquartile
 * mean. Source: CloudWatch user guide, "CloudWatch statistics definitions".
 */
const TRIMMED = new RegExp(
  `^(?:(?:tm|wm|tc|ts)${SHARE}|(?:TM|WM|TC|TS)\\([^:()]*:[^:()]*\\)|PR\\([^:()]*:?[^:()]*\\)|IQM)$`,
  "i",
);

/** Whether CloudWatch has a statistic of this name, be it here or not. */
export function isAwsStatistic(name: string): boolean {
  return statisticNamed(name) !== undefined || TRIMMED.test(name);
}

export interface Statistic {
  readonly name: string;
  /** A percentile's share of the values. */
  readonly percent?: number;
  /** Undefined where the period's values don't say it. */
  readonly of: (set: StatisticSet) => number | undefined;
}

/** A statistic by its name: `Sum`, `p99.9`. Undefined for names that aren't here. */
export function statisticNamed(name: string): Statistic | undefined {
  if (Object.hasOwn(STATISTICS, name))
    return { name, of: STATISTICS[name as keyof typeof STATISTICS] };
  const [, percent] = PERCENTILE.exec(name) ?? [];
  return percent === undefined ? undefined : percentileNamed(name, Number(percent));
}

function percentileNamed(name: string, percent: number): Statistic {
  const of = (set: StatisticSet) => {
    const values = valuesOf(set);
    if (!values) return undefined;
    const found = percentileOf(values, percent);
    // Values that were counted as one may lie a little beyond the real ones.
    return found && Math.min(Math.max(found, set.minimum), set.maximum);
  };
  return { name, percent, of };
}

/**
 * Undefined where a set of statistics was put that doesn't tell its values, and of negative values:
 * they have no percentiles. Source: CloudWatch user guide, "Percentiles".
 */
export function valuesOf(set: StatisticSet): Distribution | undefined {
  if (set.minimum < 0) return undefined;
  if (set.minimum === set.maximum) return new Map([[set.minimum, set.sampleCount]]);
  return set.values;
}

/** The set of one or more values with their counts. */
export function setOfCounts(counts: Distribution): StatisticSet {
  const values = [...counts.keys()];
  const set = {
    sampleCount: [...counts.values()].reduce((sum, count) => sum + count, 0),
    sum: [...counts].reduce((sum, [value, count]) => sum + value * count, 0),
    minimum: Math.min(...values),
    maximum: Math.max(...values),
  };
  if (values.length === 1 || set.minimum < 0) return set;
  return { ...set, values: compacted(counts, KEPT_VALUES_MAX) };
}

/** Joins two sets; their values too if `valuesMax` of them may be kept. */
export function joined(
  a: StatisticSet | undefined,
  b: StatisticSet,
  valuesMax = KEPT_VALUES_MAX,
): StatisticSet {
  if (!a) return b;
  const set = {
    sampleCount: a.sampleCount + b.sampleCount,
    sum: a.sum + b.sum,
    minimum: Math.min(a.minimum, b.minimum),
    maximum: Math.max(a.maximum, b.maximum),
  };
  if (valuesMax === 0 || set.minimum === set.maximum) return set;
  const [ofA, ofB] = [valuesOf(a), valuesOf(b)];
  return ofA && ofB ? { ...set, values: merged(ofA, ofB, valuesMax) } : set;
}
