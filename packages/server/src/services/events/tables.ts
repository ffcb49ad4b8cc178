export interface EventsTables {
  events_rules: RuleRow;
  events_buses: BusRow;
  events_targets: TargetRow;
  events_connections: ConnectionRow;
  events_api_destinations: ApiDestinationRow;
  events_deliveries: DeliveryRow;
}

export interface RuleRow {
  account_id: string;
  region: string;
  bus_name: string;
  /** `live`, or `studio/live` of the bus `studio`: what the rule's ARN ends with. */
  name: string;
  state: string;
  description: string | null;
  /** JSON as it was put. */
  event_pattern: string;
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
  /** 1 for an event that came from another bus: it goes to no further one. */
  is_forwarded: number;
  /** The event in its envelope, as JSON. */
  event: string;
  /** The event's length. */
  bytes: number;
  attempts: number;
  first_at_ms: number;
  next_at_ms: number;
  /** Until then a node tries it; afterwards another one may. */
  claimed_until_ms: number;
}
