export interface CloudWatchTables {
  cloudwatch_datapoints: DatapointRow;
}

/** Everything that one metric got within a minute. */
export interface DatapointRow {
  account_id: string;
  region: string;
  namespace: string;
  name: string;
  /** JSON of the dimensions as pairs, sorted by name. */
  dimensions: string;
  minute_ms: number;
  unit: string;
  sample_count: number;
  sum: number;
  minimum: number;
  maximum: number;
}
