import type { Clock } from "../../../kernel/clock.ts";
import { errorClass } from "../../../kernel/error-class.ts";
import type { Ids } from "../../../kernel/ids.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import type { Store } from "../../../kernel/store.ts";
import { textFrame, type WebSocketConnection } from "../../../kernel/web-sockets.ts";
import { inBackground } from "../../../kernel/work/in-background.ts";
import { Periodic } from "../../../kernel/work/periodic.ts";
import { type CallOff, every } from "../../../kernel/work/timers.ts";
import type { ChatMetrics } from "../metrics/chat-metrics.ts";
import { arnOfRow, arns, ID_LENGTH, locationOf } from "../resource-arn.ts";
import { findRoom } from "../rows/rooms.ts";
import type { IvsChatTables, RoomRow } from "../tables.ts";
import type { Attributes } from "../text-limits.ts";
import type { ChatToken } from "../tokens/chat-token.ts";
import type { Broadcast, BroadcastAction, Broadcasts } from "./broadcasts.ts";
import { type ChatEvent, eventPayload } from "./payloads.ts";
import { Member, Room } from "./room.ts";

/** Sessions are looked at this often. */
const SWEEP_MS = 1_000;
/** The rows of rooms with members are read again this often, should a change not be announced. */
const REFRESH_MS = 5_000;
/** Source: Messaging API reference, error 401. */
const SESSION_EXPIRED = "The connection has expired";

/** Keeps a room's broadcasts in files; see log-records.ts. */
export interface ChatLog {
  /** Resolves once the record is certain to be delivered. */
  write(room: RoomRow, type: "MESSAGE" | "EVENT", payload: string, atMs: number): Promise<void>;
}

export interface ChatRoomsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly broadcasts: Broadcasts;
  readonly metrics: ChatMetrics;
  readonly chatLog: ChatLog;
}

/** The rooms that have members on this node; broadcasts reach the members of all nodes. */
export class ChatRooms {
  readonly #options: ChatRoomsOptions;
  readonly #store: Store<IvsChatTables>;
  readonly #rooms = new Map<string, Room>();
  readonly #node: string;
  readonly #refreshes: Periodic;
  #stopSweeping: CallOff | undefined;
  #isDraining = false;

  constructor(options: ChatRoomsOptions) {
    this.#options = options;
    this.#store = options.store.tables<IvsChatTables>();
    this.#node = options.ids.alphanumeric(ID_LENGTH);
    this.#refreshes = new Periodic({
      everyMs: REFRESH_MS,
      round: async () => {
        for (const arn of [...this.#rooms.keys()]) await this.#refresh(arn);
      },
      failed: (err) => options.log.error({ err }, "Chat rooms couldn't be read again"),
    });
  }

  start(): void {
    this.#options.broadcasts.listen({
      delivered: (broadcast) => this.#delivered(broadcast),
      interrupted: () => this.#dropAll(),
    });
    this.#stopSweeping = every(SWEEP_MS, () => this.#sweep());
    this.#refreshes.start();
  }

  /**
   * Breaks all connections and takes no new ones, so that clients go to other nodes. Without a
   * close frame: Amazon's client takes any as final, whatever its code and reason.
   */
  drain(): void {
    this.#isDraining = true;
    this.#dropAll();
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  /** Breaks all connections without a close frame, so that clients come back to another node. */
  async close(): Promise<void> {
    this.#stopSweeping?.();
    await this.#refreshes.close();
    this.#dropAll();
    this.#rooms.clear();
  }

  admit(token: ChatToken, row: RoomRow, connection: WebSocketConnection): Member {
    const arn = arnOfRow("room", row);
    const room = this.#rooms.get(arn) ?? new Room(row);
    this.#rooms.set(arn, room);
    const { userId, capabilities, attributes, sessionEndsAtMs } = token;
    const kept = { userId, capabilities, attributes, sessionEndsAtMs };
    const member = new Member(kept, room, connection);
    room.members.add(member);
    // It was let in just before.
    if (this.#isDraining) member.drop();
    this.#options.metrics.connections(locationOf(row), 1);
    return member;
  }

  leave(member: Member): void {
    const { room } = member;
    if (!room.members.delete(member)) return;
    this.#options.metrics.connections(locationOf(room.row), -1);
    if (room.members.size === 0 && this.#rooms.get(room.arn) === room) this.#rooms.delete(room.arn);
  }

  /** Sends an event to all members; resolves with its id once they are going to get it. */
  async sendEvent(
    row: RoomRow,
    action: Exclude<BroadcastAction, "SEND_MESSAGE" | "ROOM_CHANGED">,
    event: { readonly eventName: string; readonly attributes: Attributes } & Partial<ChatEvent>,
    userId = "",
  ): Promise<string> {
    const { ids, clock } = this.#options;
    const id = event.id ?? ids.alphanumeric(ID_LENGTH);
    const sendTimeMs = clock.nowMs();
    const payload = eventPayload({ requestId: "", ...event, id, sendTimeMs });
    await this.publish(row, { action, type: "EVENT", payload, atMs: sendTimeMs, userId });
    return id;
  }

  /** Logs a payload, then sends it to all members. */
  async publish(
    row: RoomRow,
    broadcast: {
      readonly action: BroadcastAction;
      readonly type: "MESSAGE" | "EVENT";
      readonly payload: string;
      readonly atMs: number;
      readonly userId?: string;
    },
  ): Promise<void> {
    const { action, type, payload, atMs, userId = "" } = broadcast;
    const { metrics, broadcasts, chatLog } = this.#options;
    const at = locationOf(row);
    metrics.count(at, "MessagingRequests");
    metrics.count(at, "Requests", { Action: action });
    if (row.logging_1 !== "") await chatLog.write(row, type, payload, atMs);
    const roomArn = arnOfRow("room", row);
    await broadcasts.publish({ roomArn, action, node: this.#node, userId, payload });
  }

  /** Lets all nodes know that a room was changed or deleted. Never rejects. */
  async announceChange(roomArn: string): Promise<void> {
    const { broadcasts, log } = this.#options;
    const change = { action: "ROOM_CHANGED", node: this.#node, userId: "", payload: "" } as const;
    try {
      await broadcasts.publish({ roomArn, ...change });
    } catch (error) {
      log.warn({ error: errorClass(error), roomArn }, "a change of a chat room is seen late");
    }
  }

  #delivered({ roomArn, action, node, userId, payload }: Broadcast): void {
    const room = this.#rooms.get(roomArn);
    if (!room) return;
    if (action === "ROOM_CHANGED") {
      inBackground(this.#refreshSoon(roomArn));
      return;
    }
    const { clock, metrics } = this.#options;
    if (action === "SEND_MESSAGE" && node !== this.#node)
      room.rate.take(Number.POSITIVE_INFINITY, clock.nowMs());
    const frame = textFrame(payload);
    const receivers = room.members.size;
    for (const member of room.members) member.send(frame);
    const at = locationOf(room.row);
    metrics.count(at, "MessagingDeliveries", {}, receivers);
    metrics.count(at, "Deliveries", { Action: action }, receivers);
    if (action !== "DISCONNECT_USER") return;
    for (const member of room.members)
      if (member.token.userId === userId) member.end("disconnected");
  }

  async #refreshSoon(arn: string): Promise<void> {
    try {
      await this.#refresh(arn);
    } catch (err) {
      this.#options.log.warn({ err }, "a chat room couldn't be read again; tried again later");
    }
  }

  async #refresh(arn: string): Promise<void> {
    const room = this.#rooms.get(arn);
    const reference = arns.parse(arn);
    if (!room || !reference) return;
    const row = await findRoom(this.#store.db, reference, reference.id);
    if (row) room.row = row;
    else for (const member of room.members) member.end("the room was deleted");
  }

  #sweep(): void {
    const { clock, ids } = this.#options;
    const nowMs = clock.nowMs();
    for (const { members } of this.#rooms.values())
      for (const member of members) {
        if (member.token.sessionEndsAtMs > nowMs) continue;
        const id = ids.alphanumeric(ID_LENGTH);
        member.refuse({ id, requestId: "", code: 401, message: SESSION_EXPIRED }, nowMs);
        member.end(SESSION_EXPIRED);
      }
  }

  #dropAll(): void {
    for (const { members } of this.#rooms.values()) for (const member of members) member.drop();
  }
}
