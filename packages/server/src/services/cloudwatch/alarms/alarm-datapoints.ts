import { AwsError } from "../../../kernel/aws-error.ts";
import { ofOneUnit } from "../metrics/metric-data.ts";
import type { MetricStore, MetricWindow } from "../metrics/metric-store.ts";
import { QueryMath } from "../metrics/query-math.ts";
import { statisticNamed } from "../metrics/statistics.ts";
import { isReturned } from "./alarm-queries.ts";
import type { Datapoint } from "./alarm-state.ts";
import { keyOf, type MathSource, type MetricSource } from "./metric-alarm.ts";

/** The datapoints of an alarm's metric or expression in a window, by their times. */
export async function datapointsOf(
  source: MetricSource | MathSource,
  window: MetricWindow,
  metrics: MetricStore,
): Promise<ReadonlyMap<number, Datapoint>> {
  if (source.kind === "metric") return new Map(await pointsOf(source, window, metrics));
  const { queries, place } = source;
  const math = new QueryMath(queries);
  let returned: readonly (readonly [number, Datapoint])[] = [];
  for (const query of queries) {
    if (!query.MetricStat) continue;
    const { Metric, Stat, Unit } = query.MetricStat;
    const statistic = statisticNamed(Stat);
    if (!statistic) continue;
    const metric = { kind: "metric", metric: keyOf(Metric, place), unit: Unit, statistic } as const;
    const points = await pointsOf(metric, window, metrics);
    const values = points.map(([atMs, { value }]) => [atMs, value] as const);
    math.add(query.Id, query.Label ?? query.Id, window, values);
    if (isReturned(query)) returned = points;
  }
  if (queries.find(isReturned)?.Expression === undefined) return new Map(returned);
  try {
    const [series] = math.seriesOfReturned(() => window);
    const computed = [...(series?.points ?? [])];
    return new Map(computed.map(([atMs, value]) => [atMs, { atMs, value }]));
  } catch (error) {
    // Of these values nothing can be computed: the alarm has no datapoints.
    if (error instanceof AwsError) return new Map();
    throw error;
  }
}

async function pointsOf(
  { metric, unit, statistic }: MetricSource,
  window: MetricWindow,
  metrics: MetricStore,
): Promise<readonly (readonly [number, Datapoint])[]> {
  const withValues = statistic.percent !== undefined;
  const { found } = ofOneUnit(await metrics.periods(metric, window, unit, withValues));
  return found.flatMap((period) => {
    const value = statistic.of(period);
    const { atMs, sampleCount } = period;
    return value === undefined ? [] : [[atMs, { atMs, sampleCount, value }] as const];
  });
}
