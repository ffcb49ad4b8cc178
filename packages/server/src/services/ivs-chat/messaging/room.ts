import { RateWindow } from "../../../kernel/rate-windows.ts";
import { textFrame, type WebSocketConnection } from "../../../kernel/web-sockets.ts";
import { CONNECTION_REQUESTS_PER_SECOND } from "../quotas.ts";
import { arnOfRow } from "../resource-arn.ts";
import type { RoomRow } from "../tables.ts";
import type { ChatToken } from "../tokens/chat-token.ts";
import { type ChatError, errorPayload } from "./payloads.ts";

/** Waiting bytes at which a member that reads too slowly is dropped. */
const WAITING_BYTES_MAX = 1024 * 1024;
/** A member that was refused so often within a second is dropped: it doesn't listen. */
const REFUSALS_PER_SECOND_MAX = 100;
/** The longest reason of a close frame. Source: RFC 6455, section 5.5. */
const CLOSE_REASON_BYTES_MAX = 123;
const NORMAL_CLOSURE = 1000;

/** The part of a token that a connection needs. */
export type MemberToken = Pick<
  ChatToken,
  "userId" | "capabilities" | "attributes" | "sessionEndsAtMs"
>;

/** A connection to a room. */
export class Member {
  readonly token: MemberToken;
  readonly room: Room;
  readonly #connection: WebSocketConnection;
  // Both are made when they are needed: most members only read.
  #requests: RateWindow | undefined;
  #refusals: RateWindow | undefined;
  /** Requests that take time are done one after the other. */
  #turn: Promise<void> | undefined;

  constructor(token: MemberToken, room: Room, connection: WebSocketConnection) {
    this.token = token;
    this.room = room;
    this.#connection = connection;
  }

  get remoteAddress(): string {
    return this.#connection.remoteAddress;
  }

  /** Counts a request; false if it is one too many. */
  mayRequest(nowMs: number): boolean {
    this.#requests ??= new RateWindow();
    return this.#requests.take(CONNECTION_REQUESTS_PER_SECOND, nowMs);
  }

  /** Runs `work` after what it was given before. `work` doesn't reject. */
  inTurn(work: () => Promise<void>): void {
    const turn = this.#turn ? this.#turn.then(work) : work();
    const mine = turn.then(() => {
      if (this.#turn === mine) this.#turn = undefined;
    });
    this.#turn = mine;
  }

  send(frame: Buffer): void {
    if (this.#connection.waitingBytes > WAITING_BYTES_MAX) this.drop();
    else this.#connection.send(frame);
  }

  refuse(error: ChatError, nowMs: number): void {
    this.#refusals ??= new RateWindow();
    if (this.#refusals.take(REFUSALS_PER_SECOND_MAX, nowMs))
      this.send(textFrame(errorPayload(error)));
    else this.drop();
  }

  /** Ends the connection for good: Amazon's client doesn't come back by itself. */
  end(reason: string): void {
    const short = Buffer.from(reason).subarray(0, CLOSE_REASON_BYTES_MAX);
    this.#connection.close(NORMAL_CLOSURE, new TextDecoder().decode(short).replace(/\uFFFD$/, ""));
  }

  /** Breaks the connection: Amazon's client comes back with another token. */
  drop(): void {
    this.#connection.destroy();
  }
}

/** A room with the members that are connected to this node. */
export class Room {
  readonly arn: string;
  readonly members = new Set<Member>();
  /** Messages of all its clients, as far as this node knows of them. */
  readonly rate = new RateWindow();
  /** Its settings, as they were last read. */
  row: RoomRow;

  constructor(row: RoomRow) {
    this.arn = arnOfRow("room", row);
    this.row = row;
  }
}

/** The ids of a room's logging configurations. */
export function loggingConfigurationsOf(row: RoomRow): readonly string[] {
  return [row.logging_1, row.logging_2, row.logging_3].filter((id) => id !== "");
}
