import { SecretBox } from "../../../kernel/crypto/secret-box.ts";
import type { Attributes } from "../text-limits.ts";

/** The rights of a client besides reading. Source: API reference, CreateChatToken. */
export const CAPABILITIES = ["SEND_MESSAGE", "DELETE_MESSAGE", "DISCONNECT_USER"] as const;
export type Capability = (typeof CAPABILITIES)[number];

/** All that a token says. It opens one connection, whose room and user it alone decides. */
export interface ChatToken {
  /** Tells it from all others. */
  readonly id: string;
  readonly roomArn: string;
  readonly userId: string;
  readonly capabilities: readonly Capability[];
  readonly attributes: Attributes;
  /** A connection can be opened with it until then. */
  readonly expiresAtMs: number;
  /** The connection is ended then. */
  readonly sessionEndsAtMs: number;
}

/** Tells tokens of this service from others' subprotocols. */
const PREFIX = "chat.";
const LABEL = "chat token";
/** The longest one is of 128 characters of user id and 1 KB of attributes, escaped and sealed. */
const LENGTH_MAX = 16 * 1024;

/**
 * Seals chat tokens, so that every node can open them and nobody else read or make one. They are
 * sent as the WebSocket's subprotocol: base64url has no character that this forbids.
 */
export class ChatTokens {
  readonly #box: SecretBox;

  constructor(sealingKey: Uint8Array) {
    this.#box = new SecretBox(sealingKey, "ivschat token");
  }

  seal(token: ChatToken): string {
    const { id, roomArn, userId, capabilities, attributes, expiresAtMs, sessionEndsAtMs } = token;
    const fields = [id, roomArn, userId, capabilities, attributes, expiresAtMs, sessionEndsAtMs];
    const sealed = this.#box.seal(JSON.stringify(fields), LABEL);
    return PREFIX + Buffer.from(sealed, "base64").toString("base64url");
  }

  /** Undefined for what isn't a token of this server, or was changed. */
  open(text: string): ChatToken | undefined {
    if (!text.startsWith(PREFIX) || text.length > LENGTH_MAX) return undefined;
    try {
      const opened = this.#box.open(text.slice(PREFIX.length), LABEL);
      const [id, roomArn, userId, capabilities, attributes, expiresAtMs, sessionEndsAtMs] =
        JSON.parse(opened);
      return { id, roomArn, userId, capabilities, attributes, expiresAtMs, sessionEndsAtMs };
    } catch {
      // The cipher's own error: it was made up, changed, or sealed by another server.
      return undefined;
    }
  }
}
