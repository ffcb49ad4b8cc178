import type { EventKind } from "./record/event-record.ts";

/** Events of one account, Region and kind, gathered by one process within a second. */
export interface EventBatchRow {
  batch_id: string;
  account_id: string;
  region: string;
  kind: EventKind;
  /** 1: events that change nothing. */
  read_only: number;
  first_ms: number;
  last_ms: number;
  event_count: number;
  /** The journal's segment that the events stood in: what is replayed is not added twice. */
  segment: string;
  /** Base64 of gzip of lines: milliseconds, a tab, the record. */
  body: string;
  /** The numbers of `cloudtrail_event_keys` that lead here, with commas between. */
  keys: string;
  /** How long `body` and `keys` are. */
  stored_chars: number;
}

/** Leads from what LookupEvents asks for to the batches with such events, by time. */
export interface EventKeyRow {
  key: number;
  last_ms: number;
  batch_id: string;
}

/** The counts of an account's events of one kind. */
export interface EventCountRow {
  account_id: string;
  kind: EventKind;
  events: number;
  /** The sum of the batches' `stored_chars`. */
  chars: number;
}

/** The record of a change, committed with it; removed when the record is in a batch. */
export interface IntentRow {
  event_id: string;
  account_id: string;
  region: string;
  kind: EventKind;
  at_ms: number;
  /** The data folder of the process that wrote it. */
  owner: string;
  record: string;
}

export interface TrailRow {
  trail_arn: string;
  account_id: string;
  home_region: string;
  name: string;
  bucket_name: string;
  key_prefix: string | null;
  /** Booleans as 0 and 1. */
  multi_region: number;
  global_events: number;
  is_logging: number;
  /** JSON: event selectors as PutEventSelectors got them; null for the default. */
  event_selectors: string | null;
  /** JSON object. */
  tags: string;
  started_ms: number | null;
  stopped_ms: number | null;
  delivery_attempt_ms: number | null;
  delivered_ms: number | null;
  delivery_error: string | null;
  created_ms: number;
}

/** A batch that a trail's bucket doesn't have yet. */
export interface DeliveryRow {
  trail_arn: string;
  batch_id: string;
  /** The data folder of the process that delivers it. */
  owner: string;
  created_ms: number;
}

export interface CloudTrailTables {
  cloudtrail_batches: EventBatchRow;
  cloudtrail_event_keys: EventKeyRow;
  cloudtrail_event_counts: EventCountRow;
  cloudtrail_intents: IntentRow;
  cloudtrail_trails: TrailRow;
  cloudtrail_deliveries: DeliveryRow;
}
