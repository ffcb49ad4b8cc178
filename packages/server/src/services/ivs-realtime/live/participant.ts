import { textFrame, type WebSocketConnection } from "../../../kernel/web-sockets.ts";
import type { StageToken } from "../tokens/stage-token.ts";

/** Waiting bytes at which a client that reads too slowly is dropped: it comes back by itself. */
const WAITING_BYTES_MAX = 1024 * 1024;
const NORMAL_CLOSURE = 1000;

/** A participant that is on a stage of this node. */
export class Participant {
  readonly id: string;
  /** The token of its latest join, or that it exchanged it for. */
  token: StageToken;
  audioMuted = false;
  videoStopped = false;
  /** Its events socket; undefined for those that only publish by WHIP, and while it is broken. */
  #connection: WebSocketConnection | undefined;
  /** The time since which it has no connection of any kind; undefined while it has one. */
  aloneSinceMs: number | undefined;

  constructor(token: StageToken) {
    this.id = token.participantId;
    this.token = token;
  }

  /** Media of it arrives, and may be subscribed to. */
  get isPublishing(): boolean {
    return false;
  }

  /** It publishes or is subscribed to something, or is about to. */
  get hasMedia(): boolean {
    return false;
  }

  /** A new socket takes the place of the one before it, which hears that its token was reused. */
  connect(connection: WebSocketConnection): void {
    this.disconnect("TOKEN_REUSED", "The token is used by another connection");
    this.#connection = connection;
    this.aloneSinceMs = undefined;
  }

  /** False where another socket has taken the place of this one. */
  lose(connection: WebSocketConnection): boolean {
    if (this.#connection !== connection) return false;
    this.#connection = undefined;
    return true;
  }

  send(frame: Buffer): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    if (connection.waitingBytes > WAITING_BYTES_MAX) connection.destroy();
    else connection.send(frame);
  }

  /** Says goodbye for good: Amazon's client doesn't come back by itself. */
  disconnect(code: DisconnectCode, reason: string): void {
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.send(messageFrame("aws:ivs:DISCONNECT", { code, reason }));
    connection?.close(NORMAL_CLOSURE, "");
  }

  /** Breaks the connection without a word: Amazon's client connects again. */
  drop(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.destroy();
  }
}

/** Why a participant's connection is ended, as Amazon's clients know it. */
export type DisconnectCode =
  | "PARTICIPANT_DISCONNECTED"
  | "STAGE_DELETED"
  | "TOKEN_REUSED"
  | "MAX_CONCURRENT_CONNECTIONS";

/** A frame of a message with a payload, made once for all that it is sent to. */
export function messageFrame(type: string, payload: object): Buffer {
  return textFrame(JSON.stringify({ type, payload }));
}
