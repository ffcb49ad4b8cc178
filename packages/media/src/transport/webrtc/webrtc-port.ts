import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { performance } from "node:perf_hooks";
import { listenAt } from "../../ingest/listen.ts";
import type { IngestPort, IngestSettings } from "../../ingest/protocol.ts";
import { MediaError } from "../../port/media-error.ts";
import type { PortChoice } from "../../port/options.ts";
import { announcedAddresses } from "./announced-addresses.ts";
import { type DtlsCertificate, makeDtlsCertificate } from "./dtls/dtls-certificate.ts";
import type { OfferedTransport } from "./peer-description.ts";
import { refusal } from "./sdp/session-description.ts";
import type { AnswerTransport, HostCandidate } from "./sdp/write-answer.ts";
import { SocketDrain } from "./socket-drain.ts";
import { TcpPaths } from "./tcp-paths.ts";
import type { TransportPath } from "./transport-path.ts";
import { WebrtcEndpoint } from "./webrtc-endpoint.ts";
import { type PeerHandlers, WebrtcPeer } from "./webrtc-peer.ts";

/** Keyframes of many streams may come at once. The system gives what it allows. */
const SOCKET_BUFFER_BYTES = 4 * 1024 * 1024;

/** Something that has a peer, and ends with it. */
export interface PeerOwner extends PeerHandlers {
  /** One of its handlers has thrown. */
  fail(error: unknown): void;
}

/**
 * The port of all peers of this process: UDP, and TCP of the same number. Whoever has a peer gets
 * what comes from it.
 */
export class WebrtcPort {
  readonly #settings: IngestSettings;
  /** Made for the first peer: most servers have none, and it takes milliseconds of their start. */
  #made: DtlsCertificate | undefined;
  readonly #endpoint: WebrtcEndpoint;
  readonly #tcp: TcpPaths;
  readonly #owners = new Map<WebrtcPeer, PeerOwner>();
  #socket: Socket | undefined;
  #drain: SocketDrain | undefined;
  #candidates: readonly HostCandidate[] = [];

  constructor(settings: IngestSettings) {
    this.#settings = settings;
    this.#endpoint = new WebrtcEndpoint({
      monotonicMs: () => performance.now(),
      onError: (peer, error) => this.#owners.get(peer)?.fail(error),
    });
    this.#tcp = new TcpPaths({
      proofDeadlineMs: settings.limits.publishDeadlineMs,
      unreadBytesMax: settings.limits.unreadAnswerBytesMax,
      receive: (datagram, path) =>
        this.#endpoint.receive(datagram, path.address, path.key, () => path),
    });
  }

  get #certificate(): DtlsCertificate {
    this.#made ??= makeDtlsCertificate();
    return this.#made;
  }

  get isOpen(): boolean {
    return this.#socket !== undefined;
  }

  get peers(): number {
    return this.#endpoint.peers;
  }

  /** Resolves to its number. */
  async open(at: PortChoice, port: IngestPort): Promise<number> {
    const { host } = this.#settings;
    const { address, family } = await lookup(host);
    const type = family === 6 ? "udp6" : "udp4";
    const socket = await listenAt(host, at, (number) => bind(type, address, number));
    const drain = new SocketDrain(socket);
    this.#socket = socket;
    this.#drain = drain;
    socket.on("message", (datagram, from: RemoteInfo) => {
      if (!drain.take(datagram)) {
        this.#endpoint.receive(datagram, from.address, from.port, () => this.#pathTo(from));
      }
    });
    // A datagram that can't be sent is one that is lost, and peers ask again.
    socket.on("error", () => undefined);
    const bound = socket.address();
    const addresses = await announcedAddresses(this.#settings.announcedAddresses, bound.address);
    // A connection belongs to a peer, and that to this process.
    const own = { port: bound.port, orFree: true, own: true };
    const tcp = await port.listen(own, (connection) => this.#tcp.accept(connection));
    this.#candidates = [
      ...addresses.map((own) => ({ address: own, port: bound.port, transport: "udp" }) as const),
      ...addresses.flatMap((own) =>
        tcp.port === undefined ? [] : [{ address: own, port: tcp.port, transport: "tcp" } as const],
      ),
    ];
    return bound.port;
  }

  async close(): Promise<void> {
    this.#endpoint.close();
    this.#owners.clear();
    this.#tcp.close();
    const socket = this.#socket;
    this.#socket = undefined;
    this.#drain?.close();
    this.#drain = undefined;
    if (socket !== undefined) {
      await new Promise<void>((resolve) => socket.close(() => resolve()));
    }
  }

  /** Throws MediaError where another peer can't be taken now. */
  checkRoom(): void {
    if (!this.isOpen) {
      throw new MediaError("engine", "WebRTC isn't open");
    }
    if (this.#endpoint.peers >= this.#settings.limits.connectionsMax) {
      throw refusal("there are too many connections");
    }
  }

  /** Awaits a peer. `owner` is to call `forget` at its end. */
  connect(offered: OfferedTransport, owner: PeerOwner): WebrtcPeer {
    const peer = new WebrtcPeer({
      offered,
      certificate: this.#certificate,
      handlers: owner,
      connectDeadlineMs: this.#settings.limits.publishDeadlineMs,
      nowMs: performance.now(),
    });
    this.#owners.set(peer, owner);
    this.#endpoint.add(peer);
    return peer;
  }

  /** How the peer reaches us, for its answer. */
  transportOf({ iceUfrag, icePassword }: WebrtcPeer): AnswerTransport {
    const { fingerprint } = this.#certificate;
    return { iceUfrag, icePassword, fingerprint, candidates: this.#candidates };
  }

  /** Resolves when the datagrams that had arrived by now are read. */
  async drained(): Promise<void> {
    await this.#drain?.drained();
  }

  /** Closes the peer, if it isn't closed. */
  forget(peer: WebrtcPeer | undefined): void {
    if (peer !== undefined) {
      this.#owners.delete(peer);
      this.#endpoint.remove(peer);
    }
  }

  #pathTo({ address, port }: RemoteInfo): TransportPath {
    const send = (datagram: Buffer): boolean => {
      const socket = this.#socket;
      // Datagrams may be under way when the socket is closed.
      socket?.send(datagram, port, address);
      // It is sent at once, unless the system's buffer is full.
      return socket !== undefined && socket.getSendQueueCount() > 0;
    };
    return { address, port, key: port, send, close: () => undefined };
  }
}

async function bind(type: "udp4" | "udp6", address: string, port: number): Promise<Socket> {
  const buffers = { recvBufferSize: SOCKET_BUFFER_BYTES, sendBufferSize: SOCKET_BUFFER_BYTES };
  // Addresses only are sent to: there is nothing to look up.
  const known = (host: string, _: object, found: LookupResult): void =>
    found(null, host, type === "udp6" ? 6 : 4);
  const socket = createSocket({ type, ...buffers, lookup: known });
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

type LookupResult = (error: null, address: string, family: number) => void;
