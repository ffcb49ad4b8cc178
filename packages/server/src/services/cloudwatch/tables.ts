export interface CloudWatchTables {
  cloudwatch_series: SeriesRow;
  cloudwatch_minutes: MinuteRow;
}

/** A metric in one unit. */
export interface SeriesRow {
  /** A digest of what follows before the unit, then the unit. */
  id: string;
  account_id: string;
  region: string;
  namespace: string;
  name: string;
  /** JSON of the dimensions as pairs, sorted by name. */
  dimensions: string;
  unit: string;
  /** 1 of the namespaces that services have, 0 of those that PutMetricData writes to. */
  of_service: number;
  /** Its newest minute. */
  newest_ms: number;
}

/** Everything that a series got within a minute. */
export interface MinuteRow {
  series_id: string;
  /** The series'. */
  account_id: string;
  minute_ms: number;
  /** The series'. */
  of_service: number;
  sample_count: number;
  sum: number;
  minimum: number;
  maximum: number;
}
