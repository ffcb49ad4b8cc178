/** The states of a connection that its page shows. */
export type SocketState = "connecting" | "open" | "closed";

/** A member's connection to a room: one token opens one. */
export class ChatSocket {
  readonly #socket: WebSocket;

  constructor(
    token: string,
    hears: {
      readonly state: (state: SocketState, reason: string) => void;
      readonly frame: (frame: string) => void;
    },
  ) {
    const { protocol, host } = window.location;
    const scheme = protocol === "https:" ? "wss" : "ws";
    this.#socket = new WebSocket(`${scheme}://${host}`, token);
    hears.state("connecting", "");
    this.#socket.onopen = () => hears.state("open", "");
    this.#socket.onmessage = ({ data }) => hears.frame(String(data));
    this.#socket.onclose = ({ code, reason }) =>
      hears.state("closed", reason === "" ? `code ${code}` : `code ${code}: ${reason}`);
  }

  sendMessage(content: string): void {
    const request = { Action: "SEND_MESSAGE", RequestId: newId(), Content: content };
    this.#socket.send(JSON.stringify(request));
  }

  close(): void {
    this.#socket.onclose = null;
    this.#socket.close();
  }
}

/** Browsers make UUIDs on https and on localhost only. */
export function newId(): string {
  return [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(36)).join("");
}
