import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { performance } from "node:perf_hooks";
import { listenAt } from "../../ingest/listen.ts";
import type {
  IngestPort,
  IngestProtocol,
  IngestSettings,
  Listening,
  ProtocolMaker,
} from "../../ingest/protocol.ts";
import type { PortChoice } from "../../port/options.ts";
import { SrtCallers } from "./srt-callers.ts";

/** Keyframes of many streams may come at once. The system gives what it allows. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

export const srt: ProtocolMaker = (settings) =>
  settings.ports.srt && new SrtProtocol(settings.ports.srt, settings);

/** Listens for SRT: one UDP socket has all connections, so one process has them too. */
class SrtProtocol implements IngestProtocol {
  readonly name = "srt";
  readonly runsInWorkers = false;
  readonly #at: PortChoice;
  readonly #settings: IngestSettings;
  #socket: Socket | undefined;
  #callers: SrtCallers | undefined;

  constructor(at: PortChoice, settings: IngestSettings) {
    this.#at = at;
    this.#settings = settings;
  }

  get connections(): number {
    return this.#callers?.connections ?? 0;
  }

  async open(port: IngestPort): Promise<Listening> {
    const { host, limits } = this.#settings;
    const { address, family } = await lookup(host);
    const type = family === 6 ? "udp6" : "udp4";
    const socket = await listenAt(host, this.#at, (at) => bind(type, address, at));
    this.#socket = socket;
    const callers = new SrtCallers({
      limits,
      port,
      // Decisions that were under way may end after the socket.
      send: (datagram, to) => this.#socket?.send(datagram, to.port, to.address),
      monotonicMs: () => performance.now(),
    });
    this.#callers = callers;
    socket.on("message", (datagram, from: RemoteInfo) => callers.receive(datagram, from));
    // A datagram that can't be sent is one that is lost, and peers ask again.
    socket.on("error", () => undefined);
    return { port: socket.address().port };
  }

  admit(isOpen: boolean): void {
    this.#callers?.admit(isOpen);
  }

  async close(): Promise<void> {
    this.#callers?.close();
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket !== undefined) {
      await new Promise<void>((resolve) => socket.close(() => resolve()));
    }
  }
}

async function bind(type: "udp4" | "udp6", address: string, port: number): Promise<Socket> {
  const socket = createSocket({ type, recvBufferSize: RECEIVE_BUFFER_BYTES });
  await new Promise<void>((resolve, reject) => {
    socket.once("error", (error) => {
      socket.close();
      reject(error);
    });
    socket.bind(port, address, resolve);
  });
  socket.removeAllListeners("error");
  return socket;
}
