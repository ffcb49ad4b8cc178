/** A client's request to open a WebSocket (RFC 6455), before it is answered. */
export interface WebSocketRequest {
  /** Percent-encoded, without the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly remoteAddress: string;
  /** The subprotocols that the client offers, in its order. */
  readonly protocols: readonly string[];
}

/**
 * Marks handshakes that another node has handed on: they are answered where they are, whatever that
 * node would say.
 */
export const HANDED_ON_HEADER = "x-rolecast-handed-on";

/**
 * The answer to a handshake: the connection, the address of the node that answers it instead, or
 * the HTTP status and message of its refusal.
 */
export type WebSocketAnswer =
  | {
      /** The subprotocol that is chosen; browsers want one of those that they offered. */
      readonly protocol: string;
      /** A longer message ends the connection with close code 1009. */
      readonly messageBytesMax: number;
      /** Takes the connection once it is open. */
      open(connection: WebSocketConnection): WebSocketEvents;
    }
  | { readonly handOn: string }
  | { readonly status: number; readonly message: string };

/** The functions that a connection's owner is called by. Neither throws. */
export interface WebSocketEvents {
  /**
   * A whole message has come, the text of its bytes. A promise, which never rejects, says that it
   * is being worked on: a client with much of that is read no further until some of it is done.
   */
  received(text: string): Promise<void> | undefined;
  /** The connection is over, whoever ended it. Nothing follows. */
  closed(): void;
}

/** An open connection. Its peer is asked for a sign of life by the gateway. */
export interface WebSocketConnection {
  readonly remoteAddress: string;
  /** Bytes that were sent and that wait in this process, since the client reads too slowly. */
  readonly waitingBytes: number;
  /** Sends a frame that `textFrame` made; one frame may be sent on any number of connections. */
  send(frame: Buffer): void;
  /** Says goodbye: most clients take that as final. Code and reason: RFC 6455, section 7.4. */
  close(code: number, reason: string): void;
  /** Breaks the connection without a word: most clients connect again. */
  destroy(): void;
}

/** FIN and the opcode of text. Source: RFC 6455, section 5.2. */
const TEXT = 0x81;
const LENGTH_IN_BYTE_MAX = 125;
const LENGTH_IN_TWO_BYTES = 126;
const LENGTH_IN_EIGHT_BYTES = 127;
const TWO_BYTES_MAX = 0xff_ff;

/** A server's whole frame of a text message, made once for all that it is sent to. */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const header = length <= LENGTH_IN_BYTE_MAX ? 2 : length <= TWO_BYTES_MAX ? 4 : 10;
  const frame = Buffer.allocUnsafe(header + length);
  frame[0] = TEXT;
  if (header === 2) frame[1] = length;
  else if (header === 4) {
    frame[1] = LENGTH_IN_TWO_BYTES;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = LENGTH_IN_EIGHT_BYTES;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, header);
  return frame;
}
