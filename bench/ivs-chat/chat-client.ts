import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";

/** First bytes of whole frames, and the second one of those of 126 bytes and more. */
const [TEXT, PING, PONG, LONG] = [0x81, 0x89, 0x8a, 126];

/** A WebSocket client that does little else than receive: thousands of them fit one process. */
export class ChatClient {
  readonly #socket: Socket;
  #rest: Buffer = Buffer.alloc(0);
  /** Called with the content of each message. */
  onContent: (content: string) => void = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("error", () => {});
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
  }

  /** Reads whole frames, however they are cut, and answers pings: who doesn't is disconnected. */
  #read(chunk: Buffer): void {
    let rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (rest.length >= (rest[1] === LONG ? 4 : 2)) {
      const isLong = rest[1] === LONG;
      const from = isLong ? 4 : 2;
      const end = from + (isLong ? rest.readUInt16BE(2) : (rest[1] ?? 0));
      if (rest.length < end) break;
      const body = rest.subarray(from, end);
      if (rest[0] === PING) this.#write(PONG, body);
      const [, content] = /"Content":"(\w+)"/.exec(body.toString("latin1")) ?? [];
      if (content !== undefined) this.onContent(content);
      rest = rest.subarray(end);
    }
    this.#rest = rest;
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
    this.#write(TEXT, Buffer.from(text));
  }

  #write(type: number, bytes: Buffer): void {
    this.#socket.write(
      Buffer.concat([Buffer.from([type, 0x80 | bytes.length, 0, 0, 0, 0]), bytes]),
    );
  }

  close(): void {
    this.#socket.destroy();
  }
}
