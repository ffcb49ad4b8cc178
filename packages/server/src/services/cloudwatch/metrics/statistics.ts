/** The figures that are kept of a period of a metric. */
export interface StatisticSet {
  readonly sampleCount: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** A metric's values of one unit in one of the periods that were asked for. */
export interface Period extends StatisticSet {
  readonly atMs: number;
  readonly unit: string;
}

export const STATISTICS = {
  SampleCount: ({ sampleCount }: StatisticSet) => sampleCount,
  Average: ({ sum, sampleCount }: StatisticSet) => sum / sampleCount,
  Sum: ({ sum }: StatisticSet) => sum,
  Minimum: ({ minimum }: StatisticSet) => minimum,
  Maximum: ({ maximum }: StatisticSet) => maximum,
} as const;

export type StatisticName = keyof typeof STATISTICS;

export function isStatistic(name: string): name is StatisticName {
  return Object.hasOwn(STATISTICS, name);
}

export function joined(a: StatisticSet | undefined, b: StatisticSet): StatisticSet {
  if (!a) return b;
  return {
    sampleCount: a.sampleCount + b.sampleCount,
    sum: a.sum + b.sum,
    minimum: Math.min(a.minimum, b.minimum),
    maximum: Math.max(a.maximum, b.maximum),
  };
}
