import type { Clock } from "../../../kernel/clock.ts";
import type { Store } from "../../../kernel/store.ts";
import type {
  WebSocketAnswer,
  WebSocketEvents,
  WebSocketRequest,
} from "../../../kernel/web-sockets.ts";
import type { ChatMetrics } from "../metrics/chat-metrics.ts";
import { CONNECTIONS_MAX } from "../quotas.ts";
import { arns } from "../resource-arn.ts";
import { findRoom } from "../rows/rooms.ts";
import { noteUsedToken } from "../rows/used-tokens.ts";
import type { IvsChatTables } from "../tables.ts";
import type { ChatTokens } from "../tokens/chat-token.ts";
import type { Broadcasts } from "./broadcasts.ts";
import type { ChatRooms } from "./chat-rooms.ts";
import type { ClientRequests } from "./client-requests.ts";
import type { Member } from "./room.ts";

/** The longest request that is taken, however its content is escaped, is shorter. */
const MESSAGE_BYTES_MAX = 16 * 1024;

export interface HandshakesOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly tokens: ChatTokens;
  readonly rooms: ChatRooms;
  readonly requests: ClientRequests;
  readonly broadcasts: Broadcasts;
  readonly metrics: ChatMetrics;
}

/**
 * Answers handshakes whose subprotocol is a chat token, at any path and from any page: the token is
 * the secret. AWS doesn't publish its answers to refused ones.
 */
export class Handshakes {
  readonly #options: HandshakesOptions;

  constructor(options: HandshakesOptions) {
    this.#options = options;
  }

  /** Undefined for handshakes without a chat token. */
  answer({ protocols }: WebSocketRequest): Promise<WebSocketAnswer> | undefined {
    const [protocol = ""] = protocols;
    const token = this.#options.tokens.open(protocol);
    return token && this.#open(protocol, token);
  }

  async #open(
    protocol: string,
    token: NonNullable<ReturnType<ChatTokens["open"]>>,
  ): Promise<WebSocketAnswer> {
    const { store, clock, rooms, requests, broadcasts, metrics } = this.#options;
    if (rooms.isDraining)
      return { status: 503, message: "This node is drained: connect again to reach another one." };
    const nowMs = clock.nowMs();
    const reference = arns.parse(token.roomArn);
    if (!reference || token.expiresAtMs <= nowMs || token.sessionEndsAtMs <= nowMs)
      return { status: 403, message: "The token has expired." };
    if (metrics.connections(reference, 0) >= CONNECTIONS_MAX)
      return { status: 429, message: "Too many connections." };
    await broadcasts.ready();
    const tables = store.tables<IvsChatTables>();
    const isFirst = await tables.transaction(({ db }) =>
      noteUsedToken(db, token.id, token.expiresAtMs),
    );
    if (!isFirst) return { status: 403, message: "The token was used before." };
    const row = await findRoom(tables.db, reference, reference.id);
    if (!row) return { status: 404, message: "The room doesn't exist." };
    return {
      protocol,
      messageBytesMax: MESSAGE_BYTES_MAX,
      open(connection) {
        return eventsOf(rooms.admit(token, row, connection), rooms, requests);
      },
    };
  }
}

/** Made here, so that a connection keeps nothing of its handshake, such as the token's text. */
function eventsOf(member: Member, rooms: ChatRooms, requests: ClientRequests): WebSocketEvents {
  return {
    // Rates bound what a member may ask for.
    received(text) {
      requests.received(text, member);
      return undefined;
    },
    closed: () => rooms.leave(member),
  };
}
