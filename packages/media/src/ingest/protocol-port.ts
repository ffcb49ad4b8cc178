import type { Socket } from "node:net";
import type { IngestPorts } from "../port/handle.ts";
import { MediaError } from "../port/media-error.ts";
import type { PortChoice } from "../port/options.ts";
import type { PublishName, PublishRequest, PublishSecret } from "../port/publish.ts";
import type { MediaSink, Publisher } from "./ingest-port.ts";
import type { IngestPort, IngestProtocol, Listening } from "./protocol.ts";
import { parsePublishName } from "./publish-name.ts";

/** An engine, or a pool of them, as the ports of its protocols see it. */
export interface IngestEngine {
  /** The highest priority that publishers may ask for. */
  readonly priorityMax: number;
  newConnectionId(protocol: IngestProtocol): string;
  publishSecret(name: PublishName): Promise<PublishSecret | undefined>;
  publish(publisher: Publisher, request: PublishRequest): Promise<MediaSink>;
  refused(publisher: Publisher, reason: string, isProtocolError: boolean): void;
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

  constructor(protocol: IngestProtocol, engine: IngestEngine) {
    this.#protocol = protocol;
    this.#engine = engine;
  }

  newConnectionId(): string {
    return this.#engine.newConnectionId(this.#protocol);
  }

  async secretOf(given: string): Promise<PublishSecret | undefined> {
    const { name } = parsePublishName(given, this.#engine.priorityMax);
    return this.#engine.publishSecret({ protocol: this.#protocol.name, name });
  }

  async publish(publisher: Publisher, given: string): Promise<MediaSink> {
    const { name, priority } = parsePublishName(given, this.#engine.priorityMax);
    const { id: connectionId, secure, remoteAddress } = publisher;
    const asked = { protocol: this.#protocol.name, name, priority };
    return this.#engine.publish(publisher, { ...asked, connectionId, secure, remoteAddress });
  }

  refused(publisher: Publisher, reason: string, isProtocolError: boolean): void {
    this.#engine.refused(publisher, reason, isProtocolError);
  }

  listen(at: PortChoice, accept: (socket: Socket) => void): Promise<Listening> {
    return this.#engine.listen(this.#protocol, at, accept);
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
  for (const protocol of protocols) {
    const { port } = await protocol.open(new ProtocolPort(protocol, engine));
    if (port !== undefined) {
      ports[protocol.name] = port;
    }
  }
  return ports;
}

/**
 * Hands an encoder's offer to a protocol that takes offers. Rejects with MediaError `refused` where
 * none does.
 */
export async function negotiate(
  protocol: IngestProtocol | undefined,
  offer: string,
): Promise<string> {
  if (protocol?.negotiate === undefined) {
    throw new MediaError("refused", "nothing is agreed on by this protocol");
  }
  return protocol.negotiate(offer);
}
