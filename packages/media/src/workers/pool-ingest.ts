import type { Socket } from "node:net";
import type { ConnectionPlaces } from "../engine/connection-places.ts";
import type { ConnectionSource } from "../ingest/connection-source.ts";
import type { MediaSink, Publisher } from "../ingest/ingest-port.ts";
import type { IngestProtocol, Listening } from "../ingest/protocol.ts";
import type { IngestEngine } from "../ingest/protocol-port.ts";
import type { MediaHost } from "../port/host.ts";
import type { MediaLimits } from "../port/limits.ts";
import { MediaError } from "../port/media-error.ts";
import type { PortChoice } from "../port/options.ts";
import type { PublishRequest } from "../port/publish.ts";
import type { RelayRoutes } from "./relay-routes.ts";
import type { StreamOwners } from "./stream-owners.ts";
import type { RelaySource } from "./worker-messages.ts";
import type { WorkerProcess } from "./worker-process.ts";

export interface PoolIngestOptions {
  readonly host: MediaHost;
  readonly limits: MediaLimits;
  readonly owners: StreamOwners<WorkerProcess>;
  readonly routes: RelayRoutes;
  /** The worker that takes the next publisher; undefined while no worker runs. */
  readonly idlest: () => WorkerProcess | undefined;
  readonly connections: ConnectionSource;
  /** For those that this process keeps. */
  readonly places: ConnectionPlaces;
  /** Gives a connection of a protocol that workers run to one of them. */
  readonly handOver: (protocol: string, socket: Socket) => void;
  readonly onRefused: () => void;
}

/**
 * Ingest in the main process: hands over the connections of protocols that workers run, and
 * publishes what the other protocols receive here, such as those whose encoders share one UDP
 * socket. Workers get the media of these.
 */
export class PoolIngest implements IngestEngine {
  readonly #options: PoolIngestOptions;
  readonly host: MediaHost;
  readonly limits: MediaLimits;
  /** Workers have others. */
  readonly idPrefix = "";

  constructor(options: PoolIngestOptions) {
    this.#options = options;
    this.host = options.host;
    this.limits = options.limits;
  }

  now(): number {
    return Date.now();
  }

  carries({ runsInWorkers }: IngestProtocol): boolean {
    return !runsInWorkers;
  }

  countRefused(): void {
    this.#options.onRefused();
  }

  listen(
    { name, runsInWorkers }: IngestProtocol,
    at: PortChoice,
    accept: (socket: Socket) => void,
  ): Promise<Listening> {
    const { connections, places, handOver } = this.#options;
    return connections.listen(name, at, (socket) => {
      if (runsInWorkers) {
        handOver(name, socket);
      } else if (places.admit(socket) && places.admitFrom(this.addressOf(socket), socket)) {
        accept(socket.resume());
      }
    });
  }

  /** Proxies are in front of protocols that workers run. */
  addressOf({ remoteAddress = "" }: Socket): string {
    return remoteAddress;
  }

  async publish(publisher: Publisher, request: PublishRequest): Promise<MediaSink> {
    const { host, owners, routes, idlest } = this.#options;
    const { id, secure, remoteAddress } = publisher;
    const decision = await host.authorizePublish(request);
    if (!decision.allow) {
      throw new MediaError("refused", decision.reason);
    }
    if ("forward" in decision) {
      const message = `${request.protocol} can't be forwarded`;
      const ended = { type: "publication-ended", reason: "failed", message } as const;
      host.forwarded?.({ ...decision.forward, ...ended, atMs: this.now() });
      throw new MediaError("refused", message);
    }
    const { streamName } = decision;
    const worker = owners.owner(streamName) ?? idlest();
    if (worker === undefined || !publisher.open) {
      throw new MediaError("refused", "no ingest worker runs, or the encoder has left");
    }
    owners.claim(streamName, worker);
    try {
      const facts = { id, secure, remoteAddress };
      const route = { source: sourceOf(publisher), target: worker };
      const takes = await routes.open(route, id, () =>
        worker.calls.ask("openPublisher", facts, request.priority, decision),
      );
      return {
        takes,
        configure: (tracks) => routes.tracks(id, tracks),
        write: (unit) => routes.unit(id, unit),
        announce: (announced) => routes.announced(id, announced),
        end: (reason, message) => routes.end(id, reason, message),
      };
    } finally {
      owners.decided(streamName, worker);
    }
  }
}

function sourceOf(publisher: Publisher): RelaySource {
  return {
    disconnectPublisher: (_id, description) => publisher.disconnect(description),
    failPublisher: (_id, code, message) => publisher.fail(new MediaError(code, message)),
  };
}
