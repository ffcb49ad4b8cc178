export interface CloudWatchTables {
  cloudwatch_series: SeriesRow;
  cloudwatch_minutes: MinuteRow;
  cloudwatch_alarms: AlarmRow;
  cloudwatch_alarm_history: AlarmHistoryRow;
  cloudwatch_dashboards: DashboardRow;
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
  /** The values, as `textOfValues` writes them; null where they aren't known. */
  value_counts: string | null;
}

/** The place of an alarm, and what names it. */
export interface AlarmPlace {
  account_id: string;
  region: string;
  name: string;
}

export interface AlarmRow extends AlarmPlace {
  type: AlarmKind;
  /** The members of PutMetricAlarm or PutCompositeAlarm but tags and ActionsEnabled, as JSON. */
  definition: string;
  /** 1 or 0. */
  actions_enabled: number;
  /** JSON, key to value. */
  tags: string;
  configured_ms: number;
  state_value: AlarmState;
  state_reason: string;
  state_reason_data: string | null;
  state_updated_ms: number;
  state_transitioned_ms: number;
}

export type AlarmKind = "MetricAlarm" | "CompositeAlarm";
export type AlarmState = "OK" | "ALARM" | "INSUFFICIENT_DATA";

export interface AlarmHistoryRow {
  id: string;
  account_id: string;
  region: string;
  alarm_name: string;
  alarm_type: AlarmKind;
  at_ms: number;
  /** `ConfigurationUpdate`, `StateUpdate` or `Action`. */
  item_type: string;
  summary: string;
  /** JSON. */
  data: string;
}

/** A dashboard, which is its account's in all Regions. */
export interface DashboardRow {
  account_id: string;
  name: string;
  body: string;
  /** JSON, key to value. */
  tags: string;
  modified_ms: number;
}
