import { randomBytes } from "node:crypto";
import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { performance } from "node:perf_hooks";
import type { Publisher } from "../../ingest/ingest-port.ts";
import { listenAt } from "../../ingest/listen.ts";
import type {
  IngestPort,
  IngestProtocol,
  IngestSettings,
  Listening,
  ProtocolMaker,
} from "../../ingest/protocol.ts";
import { MediaError } from "../../port/media-error.ts";
import type { PublishAnswer, PublishOffer } from "../../port/offer.ts";
import type { PortChoice } from "../../port/options.ts";
import { announcedAddresses } from "./announced-addresses.ts";
import { makeDtlsCertificate } from "./dtls/dtls-certificate.ts";
import { offeredTransport } from "./peer-description.ts";
import { WebrtcPublisher } from "./publisher/webrtc-publisher.ts";
import { type AgreedMedia, agreeOnMedia } from "./sdp/agreed-media.ts";
import { parseSdp, refusal, type SessionDescription } from "./sdp/session-description.ts";
import { type HostCandidate, writeAnswer } from "./sdp/write-answer.ts";
import { TcpPaths } from "./tcp-paths.ts";
import type { TransportPath } from "./transport-path.ts";
import { WebrtcEndpoint } from "./webrtc-endpoint.ts";
import { WebrtcPeer } from "./webrtc-peer.ts";

/** Keyframes of many streams may come at once. The system gives what it allows. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;
const SESSION_BYTES = 16;

export const webrtc: ProtocolMaker = (settings) =>
  settings.ports.webrtc && new WebrtcProtocol(settings.ports.webrtc, settings);

/**
 * Publishers by WebRTC. Their offers come by HTTP, which is the host's; media comes to one UDP port
 * of this process, or to the TCP port of the same number; answers name both.
 */
class WebrtcProtocol implements IngestProtocol {
  readonly name = "webrtc";
  readonly runsInWorkers = true;
  readonly #at: PortChoice;
  readonly #settings: IngestSettings;
  readonly #certificate = makeDtlsCertificate();
  readonly #endpoint: WebrtcEndpoint;
  readonly #tcp: TcpPaths;
  /** By session. */
  readonly #publishers = new Map<string, WebrtcPublisher>();
  #port: IngestPort | undefined;
  #socket: Socket | undefined;
  #candidates: readonly HostCandidate[] = [];

  constructor(at: PortChoice, settings: IngestSettings) {
    this.#at = at;
    this.#settings = settings;
    this.#endpoint = new WebrtcEndpoint({
      monotonicMs: () => performance.now(),
      onError: (peer, error) => this.#publisherOf(peer)?.fail(error),
    });
    this.#tcp = new TcpPaths({
      proofDeadlineMs: settings.limits.publishDeadlineMs,
      unreadBytesMax: settings.limits.unreadAnswerBytesMax,
      receive: (datagram, path) =>
        this.#endpoint.receive(datagram, path.address, path.key, () => path),
    });
  }

  get connections(): number {
    return this.#endpoint.peers;
  }

  async open(port: IngestPort): Promise<Listening> {
    this.#port = port;
    if (!port.carriesStreams) {
      return { port: this.#at.port === 0 ? undefined : this.#at.port };
    }
    const { host } = this.#settings;
    const { address, family } = await lookup(host);
    const type = family === 6 ? "udp6" : "udp4";
    const socket = await listenAt(host, this.#at, (at) => bind(type, address, at));
    this.#socket = socket;
    socket.on("message", (datagram, from: RemoteInfo) =>
      this.#endpoint.receive(datagram, from.address, from.port, () => this.#pathTo(from)),
    );
    // A datagram that can't be sent is one that is lost, and peers ask again.
    socket.on("error", () => undefined);
    const bound = socket.address();
    const addresses = await announcedAddresses(this.#settings.announcedAddresses, bound.address);
    // Workers are given no connections: a connection would have to go to the worker with its peer.
    const tcp = await port.listen({ port: bound.port, orFree: true }, (connection) =>
      this.#tcp.accept(connection),
    );
    this.#candidates = [
      ...addresses.map((own) => ({ address: own, port: bound.port, transport: "udp" }) as const),
      ...addresses.flatMap((own) =>
        tcp.port === undefined ? [] : [{ address: own, port: tcp.port, transport: "tcp" } as const],
      ),
    ];
    return { port: bound.port };
  }

  async close(): Promise<void> {
    for (const publisher of [...this.#publishers.values()]) {
      publisher.end("engine-closed", "the server stops");
    }
    this.#endpoint.close();
    this.#tcp.close();
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket !== undefined) {
      await new Promise<void>((resolve) => socket.close(() => resolve()));
    }
  }

  async negotiate(offer: PublishOffer): Promise<PublishAnswer> {
    const port = this.#port;
    if (port === undefined || this.#socket === undefined) {
      throw new MediaError("engine", "WebRTC isn't open");
    }
    const session = randomBytes(SESSION_BYTES).toString("base64url");
    const id = port.newConnectionId();
    try {
      const description = this.#read(offer.description);
      return await this.#admit({ ...offer, ...description, session, id }, port);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      port.refused(neverConnected(id, offer), message, false);
      throw error;
    }
  }

  async hangUp(session: string): Promise<boolean> {
    const publisher = this.#publishers.get(session);
    publisher?.end("publisher-finished", "the encoder ended its session");
    return publisher !== undefined;
  }

  /** Throws MediaError `refused` for an offer that can't be taken, whoever makes it. */
  #read(text: string): { readonly offered: SessionDescription; readonly media: AgreedMedia } {
    const offered = parseSdp(text);
    const media = agreeOnMedia(offered);
    if (media.video === undefined) {
      throw refusal("the offer sends no video: input of sound alone is not supported");
    }
    if (media.audio !== undefined && this.#settings.ffmpeg === undefined) {
      throw refusal("sound in Opus can't be taken: there is no ffmpeg to convert it to AAC");
    }
    if (this.#endpoint.peers >= this.#settings.limits.connectionsMax) {
      throw refusal("there are too many connections");
    }
    return { offered, media };
  }

  async #admit(asked: AskedToPublish, port: IngestPort): Promise<PublishAnswer> {
    const { id, session, remoteAddress, secure, media, offered, name } = asked;
    const { limits, ffmpeg } = this.#settings;
    const monotonicMs = (): number => performance.now();
    const transport = offeredTransport(offered, media);
    const publisher = new WebrtcPublisher({
      ...{ id, remoteAddress, secure, media, limits, ffmpeg, port, monotonicMs },
      onClosed: ({ peer }) => {
        this.#publishers.delete(session);
        if (peer !== undefined) {
          this.#endpoint.remove(peer);
        }
      },
    });
    const sink = await port.publish(publisher, name);
    if (!publisher.open || this.#socket === undefined) {
      sink.end("stopped", "the stream was ended before it began");
      throw refusal("the stream was ended before it began");
    }
    const peer = new WebrtcPeer({
      offered: transport,
      certificate: this.#certificate,
      handlers: publisher,
      connectDeadlineMs: limits.publishDeadlineMs,
      nowMs: monotonicMs(),
    });
    this.#publishers.set(session, publisher);
    this.#endpoint.add(peer);
    publisher.begin(sink, peer);
    const { iceUfrag, icePassword } = peer;
    const { fingerprint } = this.#certificate;
    const candidates = this.#candidates;
    const answer = { iceUfrag, icePassword, fingerprint, candidates };
    return { session, description: writeAnswer(offered, media, answer) };
  }

  #publisherOf(peer: WebrtcPeer): WebrtcPublisher | undefined {
    return [...this.#publishers.values()].find((publisher) => publisher.peer === peer);
  }

  #pathTo({ address, port }: RemoteInfo): TransportPath {
    // Datagrams may be under way when the socket is closed.
    const send = (datagram: Buffer): void => this.#socket?.send(datagram, port, address);
    return { address, port, key: port, send, close: () => undefined };
  }
}

interface AskedToPublish extends PublishOffer {
  readonly id: string;
  readonly session: string;
  readonly offered: SessionDescription;
  readonly media: AgreedMedia;
}

function neverConnected(id: string, { remoteAddress, secure }: PublishOffer): Publisher {
  const ignore = (): void => {};
  return { id, remoteAddress, secure, open: false, disconnect: ignore, fail: ignore };
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
