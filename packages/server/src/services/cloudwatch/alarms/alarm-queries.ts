import type * as cloudwatch from "@aws-sdk/client-cloudwatch";
import type { Checked } from "../../../kernel/checked.ts";
import { validationError } from "../errors.ts";
import { QueryMath } from "../metrics/query-math.ts";

export type AlarmQuery = NonNullable<
  Checked<cloudwatch.PutMetricAlarmCommandInput>["Metrics"]
>[number];

/** Source: CloudWatch user guide, "Create an alarm based on a metric math expression". */
const METRICS_MAX = 10;
const QUERIES_MAX = 20;
const QUERY_ID = /^[a-z][a-zA-Z0-9_]*$/;

/** Throws ValidationError for queries that no alarm can be of. */
export function checkQueries(queries: readonly AlarmQuery[]): void {
  const metrics = queries.filter(({ MetricStat }) => MetricStat);
  if (queries.length > QUERIES_MAX || metrics.length > METRICS_MAX)
    throw validationError(
      `Metrics list must have at most ${METRICS_MAX} metrics and ${QUERIES_MAX} elements.`,
    );
  for (const [index, { Id, MetricStat, Expression, Period }] of queries.entries()) {
    const member = `Metrics.member.${index + 1}`;
    if (!QUERY_ID.test(Id))
      throw validationError(`Invalid metrics list: ${member}.Id must match ${QUERY_ID.source}.`);
    if ((MetricStat === undefined) === (Expression === undefined))
      throw validationError(
        `Invalid metrics list: ${member} must have exactly one of MetricStat and Expression.`,
      );
    if (MetricStat && Period !== undefined)
      throw validationError(`Invalid metrics list: Period of ${member} is in its MetricStat.`);
  }
  if (new Set(queries.map(({ Id }) => Id)).size < queries.length)
    throw validationError("The values for parameter id in Metrics are not unique.");
  if (queries.filter(isReturned).length !== 1)
    throw validationError("Exactly one element of the metrics list should return data.");
  if (metrics.length > 0) tryOut(queries);
}

export function isReturned({ ReturnData }: AlarmQuery): boolean {
  return ReturnData !== false;
}

/** Computes without a value, which finds everything that isn't an expression or has no series. */
function tryOut(queries: readonly AlarmQuery[]): void {
  const periodMs = 1_000 * (queries.find(({ MetricStat }) => MetricStat)?.MetricStat?.Period ?? 60);
  const math = new QueryMath(queries);
  const window = { fromMs: 0, toMs: periodMs, periodMs };
  for (const { Id, MetricStat } of queries)
    if (MetricStat) math.add(Id, Id, { ...window, periodMs: MetricStat.Period * 1_000 }, []);
  if (queries.find(isReturned)?.Expression === undefined) return;
  const windowOf = (seconds = 0) => ({ ...window, periodMs: seconds * 1_000 });
  const { length } = math.seriesOfReturned(windowOf);
  if (length !== 1)
    throw validationError("The expression that returns data must be a single time series.");
}
