import type { Clock } from "../../../kernel/clock.ts";
import type { Store } from "../../../kernel/store.ts";
import type { ChatLog } from "../messaging/chat-rooms.ts";
import { loggingConfigurationsOf } from "../messaging/room.ts";
import { locationOf } from "../resource-arn.ts";
import { insertLogRecord } from "../rows/log-records.ts";
import { findLoggingConfiguration } from "../rows/logging-configurations.ts";
import type { IvsChatTables, RoomRow } from "../tables.ts";

/** Digits of a time and of a number, so that records sort as texts do. */
const TIME_LENGTH = 15;
const NUMBER_LENGTH = 10;

/**
 * Writes the records of logged rooms into the database, before their messages are sent: what was
 * sent is delivered to the bucket, even by another process.
 */
export class StoredChatLog implements ChatLog {
  readonly #store: Store<IvsChatTables>;
  readonly #clock: Clock;
  readonly #owner: string;
  #written = 0;

  constructor(store: Store, clock: Clock, owner: string) {
    this.#store = store.tables<IvsChatTables>();
    this.#clock = clock;
    this.#owner = owner;
  }

  async write(
    room: RoomRow,
    type: "MESSAGE" | "EVENT",
    payload: string,
    atMs: number,
  ): Promise<void> {
    const timestamp = new Date(atMs).toISOString();
    // The payload is the very text that clients get.
    const head = `{"event_timestamp":"${timestamp}","type":"${type}"`;
    const text = `${head},"payload":${payload},"version":"1.0"}`;
    const at = locationOf(room);
    this.#written += 1;
    const place = `${pad(this.#clock.nowMs(), TIME_LENGTH)}-${pad(this.#written, NUMBER_LENGTH)}`;
    await this.#store.transaction(async ({ db }) => {
      for (const id of loggingConfigurationsOf(room)) {
        const configuration = await findLoggingConfiguration(db, at, id);
        if (!configuration) continue;
        await insertLogRecord(db, {
          record_id: `${place}-${this.#owner}-${id}`,
          ...{ account_id: at.accountId, region: at.region, room_id: room.id },
          ...{ configuration_id: id, bucket_name: configuration.bucket_name },
          ...{ owner: this.#owner, created_ms: atMs, text },
        });
      }
    });
  }
}

function pad(value: number, length: number): string {
  return String(value).padStart(length, "0");
}
