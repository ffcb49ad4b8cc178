import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";

/** A WebSocket client that does little else than receive: thousands of them fit one process. */
export class ChatClient {
  readonly #socket: Socket;
  /** Called with the content of each message. */
  onContent: (content: string) => void = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("error", () => {});
    socket.on("data", (chunk: Buffer) => {
      for (const [, content = ""] of chunk.toString("latin1").matchAll(/"Content":"(\w+)"/g))
        this.onContent(content);
    });
  }

  /** Resolves once the handshake is answered by 101. */
  static open(port: number, token?: string): Promise<ChatClient> {
    const socket = connect(port, "127.0.0.1");
    socket.write(
      [
        ...["GET / HTTP/1.1", `Host: 127.0.0.1:${port}`, "Connection: Upgrade"],
        ...["Upgrade: websocket", "Sec-WebSocket-Version: 13"],
        `Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}`,
        ...(token === undefined ? [] : [`Sec-WebSocket-Protocol: ${token}`]),
        "\r\n",
      ].join("\r\n"),
    );
    return new Promise((resolve, reject) => {
      socket.once("error", reject);
      socket.once("data", (chunk: Buffer) => {
        if (chunk.toString("latin1").startsWith("HTTP/1.1 101")) resolve(new ChatClient(socket));
        else reject(new Error(chunk.toString("latin1").split("\r\n", 1)[0]));
      });
    });
  }

  /** Sends a text of at most 125 bytes, masked by zeros. */
  send(text: string): void {
    const bytes = Buffer.from(text);
    this.#socket.write(
      Buffer.concat([Buffer.from([0x81, 0x80 | bytes.length, 0, 0, 0, 0]), bytes]),
    );
  }

  close(): void {
    this.#socket.destroy();
  }
}
