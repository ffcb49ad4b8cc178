import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { WebSocket } from "ws";

/** A frame of the messaging API. */
export interface ChatFrame {
  readonly Type: "MESSAGE" | "EVENT" | "ERROR";
  readonly Id: string;
  readonly RequestId?: string;
  readonly Content?: string;
  readonly Sender?: { readonly UserId: string };
  readonly EventName?: string;
  readonly Attributes?: Readonly<Record<string, string>> | null;
  readonly ErrorCode?: number;
  readonly ErrorMessage?: string;
}

/** A connection to a chat room. */
export class ChatConnection {
  readonly #socket: WebSocket;
  /** Requests whose frame hasn't come back. */
  readonly #waiting = new Set<string>();
  #noneWaits: () => void = () => {};
  /** Called with each frame, and its text. */
  onFrame: (frame: ChatFrame, text: string) => void = () => {};
  /** Resolves with the reason when the server has ended the connection. */
  readonly closed: Promise<string>;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data) => this.#received(String(data)));
    this.closed = once(socket, "close").then(
      ([code, reason]) => String(reason) || `it was broken (${code})`,
    );
  }

  /** Rejects where the handshake is refused. */
  static async open(endpoint: string, token: string): Promise<ChatConnection> {
    const socket = new WebSocket(endpoint.replace(/^http/, "ws"), token);
    await once(socket, "open");
    return new ChatConnection(socket);
  }

  send(request: object): void {
    const RequestId = randomUUID();
    this.#waiting.add(RequestId);
    this.#socket.send(JSON.stringify({ ...request, RequestId }));
  }

  /** Resolves when each request has come back, as what it did or as an error. */
  async answered(): Promise<void> {
    if (this.#waiting.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#noneWaits = resolve;
    });
  }

  close(): void {
    this.#socket.close();
  }

  #received(text: string): void {
    const frame = JSON.parse(text) as ChatFrame;
    this.onFrame(frame, text);
    this.#waiting.delete(frame.RequestId ?? "");
    if (this.#waiting.size === 0) this.#noneWaits();
  }
}
