export interface EventsTables {
  events_rules: RuleRow;
  events_buses: BusRow;
  events_targets: TargetRow;
  events_connections: ConnectionRow;
  events_api_destinations: ApiDestinationRow;
  events_deliveries: DeliveryRow;
  events_archives: ArchiveRow;
  events_archived: ArchivedRow;
  events_archive_sizes: ArchiveSizeRow;
  events_replays: ReplayRow;
  events_schedules: ScheduleRow;
}

export interface RuleRow {
  account_id: string;
  region: string;
  bus_name: string;
  /** `live`, or `studio/live` of the bus `studio`: what the rule's ARN ends with. */
  name: string;
  state: string;
  description: string | null;
  /** JSON as it was put; empty for a rule that has a schedule alone. */
  event_pattern: string;
  schedule_expression: string | null;
  role_arn: string | null;
  /** JSON, key to value. */
  tags: string;
  created_at_ms: number;
}

/** An event bus; the default bus has a row once it has been changed. */
export interface BusRow {
  account_id: string;
  region: string;
  name: string;
  description: string | null;
  /** JSON, with principals by their unique ids. */
  policy: string | null;
  /** JSON, key to value. */
  tags: string;
  /** Null for the default bus, which is as old as its account. */
  created_at_ms: number | null;
  modified_at_ms: number | null;
}

export interface TargetRow {
  account_id: string;
  region: string;
  /** The rule's `name`: with its bus, where that isn't the default one. */
  rule_name: string;
  id: string;
  /** The SDK's `Target` as JSON. */
  target: string;
}

export interface ConnectionRow {
  account_id: string;
  region: string;
  name: string;
  /** The random end of its ARN. */
  unique_id: string;
  description: string | null;
  authorization_type: string;
  /** The SDK's auth parameters as JSON, sealed: they are secrets. */
  sealed_parameters: string;
  state: "AUTHORIZED" | "AUTHORIZING" | "DEAUTHORIZED";
  /** Why it isn't authorized. */
  state_reason: string | null;
  authorized_at_ms: number | null;
  created_at_ms: number;
  modified_at_ms: number;
}

export interface ApiDestinationRow {
  account_id: string;
  region: string;
  name: string;
  unique_id: string;
  description: string | null;
  connection_arn: string;
  endpoint: string;
  http_method: string;
  rate_limit_per_second: number | null;
  created_at_ms: number;
  modified_at_ms: number;
}

/** An event that is on its way to one target. */
export interface DeliveryRow {
  id: string;
  account_id: string;
  region: string;
  /** Empty for a webhook of the configuration. */
  rule_name: string;
  /** The target's id, or the webhook's. */
  target_id: string;
  /**
   * `function` for a Lambda function's, which may take long; `needs …` for one that waits for a
   * node that has that; else empty.
   */
  kind: string;
  /** 1 for an event that came from another bus: it goes to no further one. */
  is_forwarded: number;
  /** The event in its envelope, as JSON. */
  event: string;
  /** The event's length. */
  bytes: number;
  attempts: number;
  failed_starts: number;
  first_at_ms: number;
  next_at_ms: number;
  /** Until then its owner tries it; afterwards another node may. */
  claimed_until_ms: number;
  /** Empty before the first try. */
  owner: string;
}

export interface ArchiveRow {
  account_id: string;
  region: string;
  name: string;
  /** Tells it from a namesake that came earlier. */
  archive_id: string;
  bus_name: string;
  description: string | null;
  /** Null for an archive of all events. */
  event_pattern: string | null;
  /** 0 keeps events for good. */
  retention_days: number;
  /** Since then it has left events out. */
  full_at_ms: number | null;
  created_at_ms: number;
}

/** An event in an archive. */
export interface ArchivedRow {
  id: string;
  archive_id: string;
  /** The event's own time, by which it is replayed. */
  time_ms: number;
  archived_at_ms: number;
  /** The event in its envelope, as JSON. */
  event: string;
  bytes: number;
}

/** A part of what an archive holds: the sum of its rows is all of it. */
export interface ArchiveSizeRow {
  archive_id: string;
  /** A process adds to one slot, so that nodes seldom write the same row. */
  slot: number;
  events: number;
  bytes: number;
}

export interface ReplayRow {
  account_id: string;
  region: string;
  name: string;
  replay_id: string;
  description: string | null;
  archive_id: string;
  archive_name: string;
  /** The SDK's `ReplayDestination` as JSON. */
  destination: string;
  from_ms: number;
  until_ms: number;
  state: string;
  state_reason: string | null;
  started_at_ms: number;
  ended_at_ms: number | null;
  /** The time and id of the event that was replayed last. */
  last_event_ms: number | null;
  last_event_id: string;
  attempts: number;
  failed_starts: number;
  next_at_ms: number;
  owner: string;
  leased_until_ms: number;
}

/** The next event of an enabled rule that has a schedule. */
export interface ScheduleRow {
  schedule_id: string;
  account_id: string;
  region: string;
  rule_name: string;
  expression: string;
  /** Rates count from then. */
  start_ms: number;
  attempts: number;
  failed_starts: number;
  next_at_ms: number;
  owner: string;
  leased_until_ms: number;
}
