import { randomBytes } from "node:crypto";
import { performance } from "node:perf_hooks";
import type { Publisher } from "../../ingest/ingest-port.ts";
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
import { Forwarder } from "./forward/forwarder.ts";
import { offeredTransport } from "./peer-description.ts";
import { WebrtcPublisher } from "./publisher/webrtc-publisher.ts";
import { type AgreedMedia, agreeOnMedia } from "./sdp/agreed-media.ts";
import { parseSdp, refusal, type SessionDescription } from "./sdp/session-description.ts";
import { writeAnswer } from "./sdp/write-answer.ts";
import { WebrtcPort } from "./webrtc-port.ts";

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
  readonly forwarding: Forwarder;
  readonly #at: PortChoice;
  readonly #settings: IngestSettings;
  readonly #peers: WebrtcPort;
  /** By session. */
  readonly #publishers = new Map<string, WebrtcPublisher>();
  #port: IngestPort | undefined;

  constructor(at: PortChoice, settings: IngestSettings) {
    this.#at = at;
    this.#settings = settings;
    this.#peers = new WebrtcPort(settings);
    this.forwarding = new Forwarder({
      peers: this.#peers,
      limits: settings.limits,
      ffmpeg: settings.ffmpeg,
      monotonicMs: () => performance.now(),
      publish: (event) => this.#port?.forwarded(event),
    });
  }

  get connections(): number {
    return this.#peers.peers;
  }

  async open(port: IngestPort): Promise<Listening> {
    this.#port = port;
    if (!port.carriesStreams) {
      return { port: this.#at.port === 0 ? undefined : this.#at.port };
    }
    return { port: await this.#peers.open(this.#at, port) };
  }

  async close(): Promise<void> {
    const ending = [...this.#publishers.values()].map((publisher) =>
      publisher.end("engine-closed", "the server stops"),
    );
    this.forwarding.close();
    await Promise.all(ending);
    await this.#peers.close();
  }

  async negotiate(offer: PublishOffer): Promise<PublishAnswer> {
    const port = this.#port;
    if (port === undefined || !this.#peers.isOpen) {
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
    if (!this.#publishers.has(session)) {
      return false;
    }
    await this.#peers.drained();
    const publisher = this.#publishers.get(session);
    await publisher?.end("publisher-finished", "the encoder ended its session");
    return true;
  }

  /** Throws MediaError `refused` for an offer that can't be taken, whoever makes it. */
  #read(text: string): { readonly offered: SessionDescription; readonly media: AgreedMedia } {
    const offered = parseSdp(text);
    const media = withoutLayers(agreeOnMedia(offered));
    if (media.video === undefined) {
      throw refusal("the offer sends no video: input of sound alone is not supported");
    }
    if (media.audio !== undefined && this.#settings.ffmpeg === undefined) {
      throw refusal("sound in Opus can't be taken: there is no ffmpeg to convert it to AAC");
    }
    this.#peers.checkRoom();
    return { offered, media };
  }

  async #admit(asked: AskedToPublish, port: IngestPort): Promise<PublishAnswer> {
    const { id, session, remoteAddress, secure, media, offered, name, bitrateMax } = asked;
    const { limits, ffmpeg } = this.#settings;
    const monotonicMs = (): number => performance.now();
    const transport = offeredTransport(offered, media);
    const publisher = new WebrtcPublisher({
      ...{ id, remoteAddress, secure, media, bitrateMax, limits, ffmpeg, port, monotonicMs },
      onClosed: ({ peer }) => {
        this.#publishers.delete(session);
        this.#peers.forget(peer);
      },
    });
    const sink = await port.publish(publisher, name);
    if (!publisher.open || !this.#peers.isOpen) {
      sink.end("stopped", "the stream was ended before it began");
      throw refusal("the stream was ended before it began");
    }
    const peer = this.#peers.connect(transport, publisher);
    this.#publishers.set(session, publisher);
    publisher.begin(sink, peer);
    return { session, description: writeAnswer(offered, media, this.#peers.transportOf(peer)) };
  }
}

interface AskedToPublish extends PublishOffer {
  readonly id: string;
  readonly session: string;
  readonly offered: SessionDescription;
  readonly media: AgreedMedia;
}

/** Segments have one picture: encoders send one layer of simulcast that isn't answered. */
function withoutLayers({ video, audio }: AgreedMedia): AgreedMedia {
  return { audio, video: video && { ...video, layers: [] } };
}

function neverConnected(id: string, { remoteAddress, secure }: PublishOffer): Publisher {
  const ignore = (): void => {};
  return { id, remoteAddress, secure, open: false, disconnect: ignore, fail: ignore };
}
