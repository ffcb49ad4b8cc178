import type { IngestPort, MediaFeed, Publisher } from "../ingest/ingest-port.ts";
import type { MediaHost } from "../port/host.ts";
import { MediaError } from "../port/media-error.ts";
import type { RelayRoutes } from "./relay-routes.ts";
import type { StreamOwners } from "./stream-owners.ts";
import type { RelaySource } from "./worker-messages.ts";
import type { WorkerProcess } from "./worker-process.ts";

export interface PoolIngestOptions {
  readonly host: MediaHost;
  readonly owners: StreamOwners<WorkerProcess>;
  readonly routes: RelayRoutes;
  /** Who takes the next publisher; undefined while no worker runs. */
  readonly idlest: () => WorkerProcess | undefined;
  readonly onRefused: () => void;
}

/** Publishers whose connections the main process has, since one UDP socket has all of SRT's: workers get their media. */
export class PoolIngest implements IngestPort {
  readonly #options: PoolIngestOptions;

  constructor(options: PoolIngestOptions) {
    this.#options = options;
  }

  async publish(
    publisher: Publisher,
    app: string,
    streamKey: string,
    priority: number | undefined,
  ): Promise<MediaFeed> {
    const { host, owners, routes, idlest } = this.#options;
    const { id, secure, remoteAddress } = publisher;
    const asked = { connectionId: id, app, streamKey, priority, secure, remoteAddress };
    const decision = await host.authorizePublish(asked);
    if (!decision.allow) {
      throw new MediaError("refused", decision.reason);
    }
    const { streamName } = decision;
    const worker = owners.owner(streamName) ?? idlest();
    if (worker === undefined || !publisher.open) {
      throw new MediaError("refused", "no ingest worker runs, or the encoder has left");
    }
    owners.claim(streamName, worker);
    try {
      const facts = { id, secure, remoteAddress };
      await routes.open({ source: sourceOf(publisher), target: worker }, id, () =>
        worker.calls.ask("openPublisher", facts, priority, decision),
      );
    } finally {
      owners.decided(streamName, worker);
    }
    return {
      video: (timestampMs, body) => routes.media(id, "video", timestampMs, body),
      audio: (timestampMs, body) => routes.media(id, "audio", timestampMs, body),
      metadata: (announced) => routes.metadata(id, announced),
      end: (reason, message) => routes.end(id, reason, message),
    };
  }

  refused({ id, remoteAddress, secure }: Publisher, reason: string): void {
    const { host, onRefused } = this.#options;
    onRefused();
    const about = { connectionId: id, remoteAddress, secure, reason };
    host.event({ type: "publish-refused", atMs: Date.now(), ...about });
  }
}

function sourceOf(publisher: Publisher): RelaySource {
  return {
    disconnectPublisher: (_id, description) => publisher.disconnect(description),
    failPublisher: (_id, code, message) => publisher.fail(new MediaError(code, message)),
  };
}
