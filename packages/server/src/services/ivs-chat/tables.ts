import type { ResourceRow } from "../../kernel/tagged-resources/tagged-rows.ts";

interface NamedRow extends ResourceRow {
  readonly name: string;
  readonly updated_at_ms: number;
}

export interface RoomRow extends NamedRow {
  readonly message_rate: number;
  readonly message_length: number;
  /** The ARN of a Lambda function; empty where there is none. */
  readonly handler_uri: string;
  readonly handler_fallback: "ALLOW" | "DENY";
  /** Ids of logging configurations of the room's account and Region; empty where there is none. */
  readonly logging_1: string;
  readonly logging_2: string;
  readonly logging_3: string;
}

export interface LoggingConfigurationRow extends NamedRow {
  readonly bucket_name: string;
}

/** A chat token that has opened its connection, until it would have expired. */
export interface UsedTokenRow {
  readonly token_id: string;
  readonly expires_at_ms: number;
}

/** A message or event on its way to the bucket of a logging configuration. */
export interface LogRecordRow {
  /** Sorts records as they were written. */
  readonly record_id: string;
  readonly account_id: string;
  readonly region: string;
  readonly room_id: string;
  readonly configuration_id: string;
  /** The configuration's, when the record was written. */
  readonly bucket_name: string;
  /** The node that delivers it. */
  readonly owner: string;
  readonly created_ms: number;
  /** A line of the file. */
  readonly text: string;
}

export interface IvsChatTables {
  ivschat_rooms: RoomRow;
  ivschat_logging_configurations: LoggingConfigurationRow;
  ivschat_used_tokens: UsedTokenRow;
  ivschat_log_records: LogRecordRow;
}
