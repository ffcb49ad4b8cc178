import type * as cloudwatch from "@aws-sdk/client-cloudwatch";
import { pageToken, readPageToken } from "../../../kernel/page-token.ts";
import { invalidNextToken, validationError } from "../errors.ts";

const QUERY_ID = /^[a-z][a-zA-Z0-9_]*$/;
/** Also the default. Source: CloudWatch API reference, GetMetricData, `MaxDatapoints`. */
const DATAPOINTS_MAX = 100_800;
const MARK = "points";

/** Throws ValidationError for what GetMetricData refuses before it looks at a metric. */
export function checkQueries({
  MetricDataQueries: queries = [],
  StartTime: start,
  EndTime: end,
}: cloudwatch.GetMetricDataCommandInput): void {
  if (start && end && start > end)
    throw validationError("The parameter EndTime must be greater than StartTime.");
  if (start && end && start.getTime() === end.getTime())
    throw validationError("The parameter StartTime must not equal parameter EndTime.");
  for (const [index, { Id = "", Expression, Period, MetricStat }] of queries.entries()) {
    const member = `MetricDataQueries.member.${index + 1}`;
    if (!QUERY_ID.test(Id))
      throw validationError(
        `The value for parameter ${member}.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$.`,
      );
    if (!MetricStat && Expression === undefined)
      throw validationError(
        `The parameters ${member}.MetricStat and ${member}.Expression can't both be left out.`,
      );
    const excluded = Object.entries({ Expression, Period }).find(
      ([, given]) => given !== undefined,
    );
    if (excluded && MetricStat)
      throw validationError(
        `The parameters ${member}.${excluded[0]} and ${member}.MetricStat are mutually exclusive and you have specified both.`,
      );
  }
  if (new Set(queries.map(({ Id }) => Id)).size < queries.length)
    throw validationError("The values for parameter id in MetricDataQueries are not unique.");
}

type Query = cloudwatch.MetricDataQuery;

/** Names results without a label: by their metric, and by what distinguishes the queries. */
export function labelsOf(queries: readonly Query[]): (query: Query) => string {
  const ofMetrics = queries.flatMap(({ MetricStat }) => MetricStat ?? []);
  const differ = (part: "Stat" | "Period") => new Set(ofMetrics.map((stat) => stat[part])).size > 1;
  const parts = (["Stat", "Period"] as const).filter(differ);
  return ({ Label, MetricStat }) =>
    Label ?? [MetricStat?.Metric?.MetricName, ...parts.map((part) => MetricStat?.[part])].join(" ");
}

/** The periods of one unit, the first by name, and a message that there are others. */
export function ofOneUnit<Period extends { readonly unit: string }>(
  periods: readonly Period[],
): { readonly found: Period[]; readonly Messages?: cloudwatch.MessageData[] } {
  const units = [...new Set(periods.map(({ unit }) => unit))].sort();
  if (units.length < 2) return { found: [...periods] };
  const Value = `Multiple units returned: '[${units.join(", ")}]'`;
  const found = periods.filter(({ unit }) => unit === units[0]);
  return { found, Messages: [{ Code: "MultipleUnits", Value }] };
}

/**
 * Cuts GetMetricData's results to a page of datapoints. Results that continue later are
 * `PartialData`, and the token counts what was given. Throws InvalidNextToken.
 */
export function pageOfResults(
  results: readonly cloudwatch.MetricDataResult[],
  input: Pick<cloudwatch.GetMetricDataCommandInput, "NextToken" | "MaxDatapoints">,
): Pick<cloudwatch.GetMetricDataOutput, "MetricDataResults" | "NextToken"> {
  const given = input.NextToken === undefined ? 0 : countIn(input.NextToken);
  const end = given + (input.MaxDatapoints ?? DATAPOINTS_MAX);
  const page: cloudwatch.MetricDataResult[] = [];
  let passed = 0;
  for (const result of results) {
    const { Timestamps = [], Values = [] } = result;
    const [from, to] = [Math.max(given - passed, 0), Math.max(end - passed, 0)];
    const isWhole = Values.length <= to;
    passed += Values.length;
    const isEmpty = Values.length === 0 ? given > 0 : from >= Values.length || to === 0;
    if (isEmpty) continue;
    page.push({
      ...result,
      Timestamps: Timestamps.slice(from, to),
      Values: Values.slice(from, to),
      StatusCode: isWhole ? "Complete" : "PartialData",
    });
  }
  if (passed <= end) return { MetricDataResults: page };
  return { MetricDataResults: page, NextToken: pageToken(MARK, [end]) };
}

function countIn(token: string): number {
  const [count = -1] = readPageToken(token, MARK, ["number"]) ?? [];
  if (Number.isSafeInteger(count) && count >= 0) return count;
  throw invalidNextToken();
}
