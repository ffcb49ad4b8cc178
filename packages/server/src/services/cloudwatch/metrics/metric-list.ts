import type * as cloudwatch from "@aws-sdk/client-cloudwatch";
import { pageToken, readPageToken } from "../../../kernel/page-token.ts";
import type { Store } from "../../../kernel/store.ts";
import { Turns } from "../../../kernel/work/turns.ts";
import { invalidParameterValue } from "../errors.ts";
import type { CloudWatchTables, SeriesRow } from "../tables.ts";
import { isOfSameMetric, type MetricKey, metricOfRow } from "./series.ts";

/** Source: CloudWatch API reference, ListMetrics: up to 500 results. */
const PAGE_SIZE = 500;
/** A statement's rows; of metrics that are filtered by what isn't in an index, few may be shown. */
const READ_AT_ONCE = 500;
/** Source: as above, `RecentlyActive`: PT3H. */
const RECENT_MS = 3 * 60 * 60_000;
const MARK = "metrics";

type Place = Pick<SeriesRow, "namespace" | "name" | "id">;

/**
 * A page of an account's metrics in a Region, by namespace and name, each once whatever its units.
 * Throws InvalidParameterValue for a token that is none.
 */
export async function pageOfMetrics(
  store: Store<CloudWatchTables>,
  account: Pick<MetricKey, "accountId" | "region">,
  input: cloudwatch.ListMetricsCommandInput,
  nowMs: number,
): Promise<Pick<cloudwatch.ListMetricsCommandOutput, "Metrics" | "NextToken">> {
  const Metrics: cloudwatch.Metric[] = [];
  let last = input.NextToken === undefined ? undefined : placeIn(input.NextToken);
  let cursor = last;
  const turns = new Turns();
  for (;;) {
    await turns.next();
    const rows = await seriesAfter(cursor, store, account, input);
    for (const row of rows) {
      cursor = { namespace: row.namespace, name: row.name, id: row.id };
      if (!isRecent(row, input, nowMs)) continue;
      const isKnown = last !== undefined && isOfSameMetric(row.id, last.id);
      const metric = metricOfRow(row);
      if (!isKnown && hasDimensions(metric, input.Dimensions)) {
        if (last && Metrics.length === PAGE_SIZE) return { Metrics, NextToken: tokenOf(last) };
        Metrics.push(toAws(metric));
      }
      last = cursor;
    }
    if (rows.length < READ_AT_ONCE) return { Metrics };
  }
}

function seriesAfter(
  last: Place | undefined,
  store: Store<CloudWatchTables>,
  { accountId, region }: Pick<MetricKey, "accountId" | "region">,
  input: cloudwatch.ListMetricsCommandInput,
): Promise<SeriesRow[]> {
  const { Namespace, MetricName } = input;
  return store.db
    .selectFrom("cloudwatch_series")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("region", "=", region)
    .$if(Namespace !== undefined, (query) => query.where("namespace", "=", Namespace ?? ""))
    .$if(MetricName !== undefined, (query) => query.where("name", "=", MetricName ?? ""))
    .$if(last !== undefined, (query) =>
      query.where(({ eb, refTuple, tuple }) =>
        eb(
          refTuple("namespace", "name", "id"),
          ">",
          tuple(last?.namespace ?? "", last?.name ?? "", last?.id ?? ""),
        ),
      ),
    )
    .orderBy("namespace")
    .orderBy("name")
    .orderBy("id")
    .limit(READ_AT_ONCE)
    .execute();
}

function isRecent(
  { newest_ms }: SeriesRow,
  { RecentlyActive }: cloudwatch.ListMetricsCommandInput,
  nowMs: number,
): boolean {
  return RecentlyActive === undefined || newest_ms > nowMs - RECENT_MS;
}

function hasDimensions(
  { dimensions }: MetricKey,
  wanted: readonly cloudwatch.DimensionFilter[] = [],
): boolean {
  return wanted.every(({ Name = "", Value }) => {
    if (!Object.hasOwn(dimensions, Name)) return false;
    return Value === undefined || dimensions[Name] === Value;
  });
}

function toAws({ namespace, name, dimensions }: MetricKey): cloudwatch.Metric {
  return {
    Namespace: namespace,
    MetricName: name,
    Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
  };
}

function tokenOf({ namespace, name, id }: Place): string {
  return pageToken(MARK, [namespace, name, id]);
}

function placeIn(token: string): Place {
  const place = readPageToken(token, MARK, ["string", "string", "string"]);
  if (!place) throw invalidParameterValue("The parameter NextToken is invalid.");
  const [namespace, name, id] = place;
  return { namespace, name, id };
}
