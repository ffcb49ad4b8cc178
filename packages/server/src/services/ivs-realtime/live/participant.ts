import { textFrame, type WebSocketConnection } from "../../../kernel/web-sockets.ts";
import type { StageToken } from "../tokens/stage-token.ts";
import type { ClientFacts } from "./client-facts.ts";

/** Waiting bytes at which a client that reads too slowly is dropped: it comes back by itself. */
const WAITING_BYTES_MAX = 1024 * 1024;
const NORMAL_CLOSURE = 1000;

/** A connection by which a participant publishes, or is sent what another one publishes. */
export interface MediaSession {
  /** The engine's name of it. */
  readonly session: string;
  /** The participant whose media it is. */
  readonly publisherId: string;
  /** Lines of a subscriber's offer, by kind. */
  readonly mids: Readonly<Partial<Record<"audio" | "video", string>>>;
  /** Media may go by it. */
  readonly isConnected: boolean;
  /** The engine's group; undefined where it is that of the stage's session. */
  readonly group?: string | undefined;
  /** Kinds that a subscriber has asked not to be sent. */
  readonly paused: readonly ("audio" | "video")[];
}

/** The encoder of a participant that publishes by an ingest configuration. */
export interface ParticipantEncoder {
  readonly configurationArn: string;
  readonly protocol: "RTMP" | "RTMPS";
  /** The participant that viewers see; another one's id where ingest is redundant. */
  readonly shownAs: string;
  readonly isRedundant: boolean;
}

/** The source of a participant that publishes on another stage, and is shown here. */
export interface ReplicaSource {
  readonly sourceStageArn: string;
  readonly sourceSessionId: string;
  /** Its publication, while this node has it; another node mirrors it here otherwise. */
  readonly group?: string | undefined;
  readonly publication?: string | undefined;
  readonly session?: string | undefined;
}

/** A connection's name, and the group of the engine that it is in. */
export interface GroupedSession {
  readonly group: string | undefined;
  readonly session: string;
}

/** A participant that is on a stage of this node. */
export class Participant {
  readonly id: string;
  /** The token of its latest join, or that it exchanged it for. */
  token: StageToken;
  client: ClientFacts;
  audioMuted = false;
  videoStopped = false;
  publication: MediaSession | undefined;
  /** Undefined for those that have a token. */
  readonly encoder: ParticipantEncoder | undefined;
  /** Undefined for those that are here themselves. */
  replicaOf: ReplicaSource | undefined;
  /** By session. */
  readonly subscriptions = new Map<string, MediaSession>();
  /** Offers to subscribe that are being answered. */
  subscriptionsToCome = 0;
  /** The time of its admission, until it connects in any way. */
  aloneSinceMs: number | undefined;
  /** Its events socket; undefined for those that only publish by WHIP, and while it is broken. */
  #connection: WebSocketConnection | undefined;

  constructor(
    token: StageToken,
    client: ClientFacts,
    nowMs: number,
    encoder: ParticipantEncoder | undefined,
    replicaOf: ReplicaSource | undefined,
  ) {
    this.replicaOf = replicaOf;
    this.id = token.participantId;
    this.encoder = encoder;
    this.token = token;
    this.client = client;
    this.aloneSinceMs = nowMs;
  }

  /** Names it to the others on the stage, and its publication. */
  get shownId(): string {
    return this.encoder?.shownAs ?? this.id;
  }

  /** Media of it arrives, and may be subscribed to. */
  get isPublishing(): boolean {
    return this.publication?.isConnected === true;
  }

  /** Nothing connects it any more. */
  get isGone(): boolean {
    const hasMedia = this.publication !== undefined || this.subscriptions.size > 0;
    return this.#connection === undefined && !hasMedia && this.replicaOf === undefined;
  }

  /** The address of its events socket; empty without one. */
  get remoteAddress(): string {
    return this.#connection?.remoteAddress ?? "";
  }

  /** The engine's names of its connections: what a replica of a source here publishes is none. */
  get sessions(): readonly GroupedSession[] {
    const { publication, subscriptions, replicaOf } = this;
    const own = publication && replicaOf?.group === undefined ? [publication] : [];
    return [...own, ...subscriptions.values()].map(({ group, session }) => ({ group, session }));
  }

  /** A new socket takes the place of the one before it, which hears that its token was reused. */
  connect(connection: WebSocketConnection, token: StageToken): void {
    this.disconnect("TOKEN_REUSED", "The token is used by another connection");
    this.#connection = connection;
    this.token = token;
    this.aloneSinceMs = undefined;
  }

  /** The socket has ended; another one may have taken its place. */
  lose(connection: WebSocketConnection): void {
    if (this.#connection === connection) this.#connection = undefined;
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
