import { createHash } from "node:crypto";
import type { SeriesRow } from "../tables.ts";

/** 80 bits in hexadecimal, which any collation of a database sorts alike. */
const DIGEST_LENGTH = 20;

/** A metric by all that distinguishes it from others. */
export interface MetricKey {
  readonly accountId: string;
  readonly region: string;
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** A metric in one unit: CloudWatch keeps values of different units apart. */
export interface SeriesKey extends MetricKey {
  readonly unit: string;
}

/** Makes the text that stands for a metric in memory. */
export function textOf({ accountId, region, namespace, name, dimensions }: MetricKey): string {
  return JSON.stringify([accountId, region, namespace, name, dimensionsText(dimensions)]);
}

/** Makes an id that every node would make: the metric's digest, so its series are neighbours. */
export function seriesId(metricText: string, unit: string): string {
  const digest = createHash("sha256").update(metricText).digest("hex");
  return `${digest.slice(0, DIGEST_LENGTH)}.${unit}`;
}

export function isOfSameMetric(id: string, other: string): boolean {
  return id.slice(0, DIGEST_LENGTH) === other.slice(0, DIGEST_LENGTH);
}

/** Namespaces that begin so are the services' own, and PutMetricData is refused them. */
export function isOfService({ namespace }: Pick<MetricKey, "namespace">): boolean {
  return namespace.startsWith("AWS/");
}

export function seriesRow(id: string, key: SeriesKey, newestMs: number): SeriesRow {
  const { accountId, region, namespace, name, dimensions, unit } = key;
  return {
    ...{ id, account_id: accountId, region, namespace, name, unit, newest_ms: newestMs },
    dimensions: dimensionsText(dimensions),
    of_service: isOfService(key) ? 1 : 0,
  };
}

export function metricOfRow(
  row: Pick<SeriesRow, "account_id" | "region" | "namespace" | "name" | "dimensions">,
): MetricKey {
  return {
    ...{ accountId: row.account_id, region: row.region },
    ...{ namespace: row.namespace, name: row.name },
    dimensions: Object.fromEntries(JSON.parse(row.dimensions) as [string, string][]),
  };
}

export function dimensionsText(dimensions: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(pairs);
}
