import { connect, type Socket } from "node:net";

export interface LoadResult {
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly failures: number;
}

/**
 * Sends the same request over keep-alive connections, one at a time each, for `durationMs`; or
 * different ones, each once, until they are used up. A raw
 * socket client, so that the client costs little compared to what it measures. Answers need a
 * content-length or chunked body; a status other than 200 counts as a failure.
 */
export async function load(options: {
  readonly port: number;
  readonly request: string | readonly string[];
  readonly connections: number;
  readonly durationMs: number;
}): Promise<LoadResult> {
  const latenciesMs: number[] = [];
  let failures = 0;
  const endsAt = performance.now() + options.durationMs;
  const startedMs = performance.now();
  let used = 0;
  const { request: requests } = options;
  const next = () => (typeof requests === "string" ? requests : requests[used++]);
  const one = async () => {
    const connection = await Connection.open(options.port);
    while (performance.now() < endsAt) {
      const request = next();
      if (request === undefined) break;
      const sentMs = performance.now();
      const status = await connection.exchange(request);
      latenciesMs.push(performance.now() - sentMs);
      if (status !== 200) failures++;
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: options.connections }, one));
  const seconds = (performance.now() - startedMs) / 1000;
  latenciesMs.sort((a, b) => a - b);
  return {
    requests: latenciesMs.length,
    requestsPerSecond: latenciesMs.length / seconds,
    p50Ms: latenciesMs[Math.floor(latenciesMs.length * 0.5)] ?? 0,
    p99Ms: latenciesMs[Math.floor(latenciesMs.length * 0.99)] ?? 0,
    failures,
  };
}

/** One keep-alive connection; reconnects when the server closed it. */
class Connection {
  #socket: Socket;
  readonly #port: number;

  private constructor(socket: Socket, port: number) {
    this.#socket = socket;
    this.#port = port;
  }

  static async open(port: number): Promise<Connection> {
    return new Connection(await openSocket(port), port);
  }

  async exchange(request: string): Promise<number> {
    if (this.#socket.destroyed) this.#socket = await openSocket(this.#port);
    const socket = this.#socket;
    return new Promise((resolve, reject) => {
      let text = "";
      const read = (chunk: string) => {
        text += chunk;
        if (!isWhole(text)) return;
        socket.off("data", read);
        socket.off("error", reject);
        if (/\r\nconnection: close/i.test(text)) socket.destroy();
        resolve(Number(text.slice(9, 12)));
      };
      socket.on("data", read);
      socket.once("error", reject);
      socket.write(request);
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}

function openSocket(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => resolve(socket));
    socket.setNoDelay(true);
    socket.setEncoding("latin1");
    socket.once("error", reject);
  });
}

function isWhole(text: string): boolean {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return false;
  const length = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, end))?.[1];
  if (length !== undefined) return text.length >= end + 4 + Number(length);
  return text.endsWith("0\r\n\r\n");
}
