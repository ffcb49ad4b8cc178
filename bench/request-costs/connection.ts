import { connect, type Socket } from "node:net";

/** A keep-alive connection that sends requests and throws away what it reads. */
export class Connection {
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, "127.0.0.1", () => resolve(new Connection(socket)));
      socket.setNoDelay(true);
      socket.once("error", reject);
    });
  }

  /**
   * Resolves to the length of the answer's body when that has been read; rejects unless it is a
   * 200, or when the connection ends.
   */
  exchange(...request: readonly Buffer[]): Promise<number> {
    const socket = this.#socket;
    return new Promise((resolve, reject) => {
      const ended = () => reject(new Error("The server ended the connection."));
      let start = "";
      let left: number | undefined;
      let bodyBytes = 0;
      const read = (chunk: Buffer) => {
        if (left === undefined) {
          start += chunk.toString("latin1");
          const end = start.indexOf("\r\n\r\n");
          if (end < 0) return;
          if (!start.startsWith("HTTP/1.1 200")) return reject(new Error(start.slice(0, 1000)));
          const length = /content-length: *(\d+)/i.exec(start.slice(0, end))?.[1];
          // Without a length the body is an empty chunked one.
          bodyBytes = length === undefined ? 5 : Number(length);
          left = end + 4 + bodyBytes - start.length;
        } else left -= chunk.length;
        if (left > 0) return;
        socket.off("data", read).off("close", ended);
        resolve(bodyBytes);
      };
      socket.on("data", read).once("close", ended);
      void this.#send(request);
    });
  }

  /** Waits where the server reads more slowly. */
  async #send(parts: readonly Buffer[]): Promise<void> {
    for (const part of parts) {
      if (this.#socket.write(part) || part === parts.at(-1)) continue;
      await new Promise((resolve) => this.#socket.once("drain", resolve));
    }
  }

  close(): void {
    this.#socket.destroy();
  }
}
