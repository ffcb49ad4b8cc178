import type { Socket } from "node:net";
import type { EncoderAnswer, EncoderRequest } from "../port/encoder-request.ts";
import type { UntimedForwardingEvent } from "../port/forwarding.ts";
import type { IngestPorts } from "../port/handle.ts";
import type { MediaHost } from "../port/host.ts";
import type { MediaLimits } from "../port/limits.ts";
import { MediaError } from "../port/media-error.ts";
import type { PortChoice } from "../port/options.ts";
import type { PublishRequest, PublishSecret } from "../port/publish.ts";
import type { MediaSink, Publisher, PublisherFacts } from "./ingest-port.ts";
import type { IngestPort, IngestProtocol, Listening, ProtocolForwarding } from "./protocol.ts";
import { type ParsedName, parsePublishName } from "./publish-name.ts";

/** An engine, or a pool of them, as the ports of its protocols see it. */
export interface IngestEngine {
  readonly host: MediaHost;
  readonly limits: MediaLimits;
  /** Begins the ids of its connections: engines of one host have different ones. */
  readonly idPrefix: string;
  /** Wall clock in milliseconds since the epoch. */
  now(): number;
  /** Whether media of the protocol comes to this process. */
  carries(protocol: IngestProtocol): boolean;
  /** Resolves to where the media of a publisher goes. Rejects with MediaError `refused`. */
  publish(publisher: Publisher, request: PublishRequest): Promise<MediaSink>;
  /** Counts a connection that ended without ever having published. */
  countRefused(isProtocolError: boolean): void;
  /** The address of a connection's client. */
  addressOf(socket: Socket): string;
  listen(
    protocol: IngestProtocol,
    at: PortChoice,
    accept: (socket: Socket) => void,
  ): Promise<Listening>;
}

/** The port of one protocol: adds the protocol's name, and reads the names that encoders give. */
class ProtocolPort implements IngestPort {
  readonly #protocol: IngestProtocol;
  readonly #engine: IngestEngine;
  readonly #nextNumber: () => number;

  constructor(protocol: IngestProtocol, engine: IngestEngine, nextNumber: () => number) {
    this.#protocol = protocol;
    this.#engine = engine;
    this.#nextNumber = nextNumber;
  }

  get carriesStreams(): boolean {
    return this.#engine.carries(this.#protocol);
  }

  newConnectionId(): string {
    return `${this.#engine.idPrefix}${this.#protocol.name.charAt(0)}${this.#nextNumber()}`;
  }

  async secretOf(given: string): Promise<PublishSecret | undefined> {
    const { name } = this.#parse(given);
    return this.#engine.host.publishSecret?.({ protocol: this.#protocol.name, name });
  }

  async publish(publisher: Publisher, given: string): Promise<MediaSink> {
    const { name, priority } = this.#parse(given);
    const { id: connectionId, secure, remoteAddress } = publisher;
    const asked = { protocol: this.#protocol.name, name, priority };
    return this.#engine.publish(publisher, { ...asked, connectionId, secure, remoteAddress });
  }

  async answer(request: EncoderRequest): Promise<EncoderAnswer | undefined> {
    return this.#engine.host.answerEncoder?.(request);
  }

  forwarded(event: UntimedForwardingEvent): void {
    this.#engine.host.forwarded?.({ ...event, atMs: this.#engine.now() });
  }

  refused({ id, remoteAddress, secure }: PublisherFacts, reason: string, isProtocolError: boolean) {
    this.#engine.countRefused(isProtocolError);
    const about = { connectionId: id, remoteAddress, secure, reason };
    this.#engine.host.event({ type: "publish-refused", atMs: this.#engine.now(), ...about });
  }

  addressOf(socket: Socket): string {
    return this.#engine.addressOf(socket);
  }

  listen(at: PortChoice, accept: (socket: Socket) => void): Promise<Listening> {
    return this.#engine.listen(this.#protocol, at, accept);
  }

  #parse(given: string): ParsedName {
    return parsePublishName(given, this.#engine.limits.priorityMax);
  }
}

/**
 * Opens protocols one after the other. Resolves to where each is reached; rejects with the first
 * that can't be opened.
 */
export async function openProtocols(
  protocols: readonly IngestProtocol[],
  engine: IngestEngine,
): Promise<IngestPorts> {
  const ports: Record<string, number> = {};
  let connections = 0;
  const nextNumber = (): number => {
    connections += 1;
    return connections;
  };
  for (const protocol of protocols) {
    const { port } = await protocol.open(new ProtocolPort(protocol, engine, nextNumber));
    if (port !== undefined) {
      ports[protocol.name] = port;
    }
  }
  return ports;
}

const NOTHING_FORWARDS = "no protocol is open that forwards media";

/** The forwarding of the first protocol that has it. Every call rejects where none has. */
export function forwardingOf(protocols: readonly IngestProtocol[]): ProtocolForwarding {
  const found = protocols.find(({ forwarding }) => forwarding !== undefined)?.forwarding;
  const refuse = (): never => {
    throw new MediaError("engine", NOTHING_FORWARDS);
  };
  const none = async (): Promise<never> => {
    throw new MediaError("engine", NOTHING_FORWARDS);
  };
  return (
    found ?? {
      openPublication: none,
      openSubscription: none,
      closeForwarding: none,
      steerSubscription: none,
      groupStatus: none,
      openFeed: refuse,
      tap: refuse,
    }
  );
}
