import type { AnnouncedMetadata } from "../container/flv/metadata.ts";
import type { SessionEndReason } from "../port/events.ts";
import { MediaError, type MediaErrorCode } from "../port/media-error.ts";
import { METADATA_BYTES, RELAY_BYTES_MAX } from "./publisher-relay.ts";
import type { RelaySource } from "./worker-messages.ts";
import type { WorkerProcess } from "./worker-process.ts";

interface Route {
  /** Has the connection. */
  readonly source: RelaySource;
  /** Has the broadcast. */
  readonly target: WorkerProcess;
  unsentBytes: number;
}

/** In the main process: publishers whose connection and broadcast are in different processes. */
export class RelayRoutes {
  /** By the publisher's id. */
  readonly #routes = new Map<string, Route>();

  async open(
    route: Pick<Route, "source" | "target">,
    id: string,
    openTarget: () => Promise<void>,
  ): Promise<void> {
    this.#routes.set(id, { ...route, unsentBytes: 0 });
    try {
      await openTarget();
    } catch (error) {
      this.#routes.delete(id);
      throw error instanceof MediaError && error.code === "refused"
        ? error
        : new MediaError("refused", "the channel's last stream is just ending");
    }
  }

  /** Publishers that this worker has from elsewhere. */
  count(worker: WorkerProcess): number {
    return [...this.#routes.values()].filter(({ target }) => target === worker).length;
  }

  media(id: string, type: "video" | "audio", timestampMs: number, body: Uint8Array): void {
    this.#handOn(id, body.length, ({ calls }, sent) =>
      calls.push(sent, "relayMedia", id, type, timestampMs, body),
    );
  }

  metadata(id: string, announced: AnnouncedMetadata): void {
    this.#handOn(id, METADATA_BYTES, ({ calls }, sent) =>
      calls.push(sent, "relayMetadata", id, announced),
    );
  }

  end(id: string, reason: SessionEndReason, message: string): void {
    this.#take(id)?.target.calls.tell("endRelay", id, reason, message);
  }

  disconnect(id: string, description: string): void {
    const route = this.#take(id);
    if (route !== undefined) {
      this.#disconnect(route, id, description);
    }
  }

  fail(id: string, code: MediaErrorCode, message: string): void {
    this.#take(id)?.source.failPublisher(id, code, message);
  }

  /** A worker died: who shared a publisher with it has it no more. */
  release(worker: WorkerProcess): void {
    for (const [id, { source, target }] of this.#routes) {
      if (source === worker) {
        this.end(id, "connection-lost", "the process that had the connection died");
      } else if (target === worker) {
        this.disconnect(id, "the stream ended");
      }
    }
  }

  #handOn(
    id: string,
    bytes: number,
    push: (target: WorkerProcess, sent: () => void) => void,
  ): void {
    const route = this.#routes.get(id);
    if (route === undefined) {
      return;
    }
    if (route.unsentBytes + bytes > RELAY_BYTES_MAX) {
      this.end(id, "internal-error", "the media could not be handed on as fast as it came");
      this.#disconnect(route, id, "the server is too slow");
      return;
    }
    route.unsentBytes += bytes;
    push(route.target, () => {
      route.unsentBytes -= bytes;
    });
  }

  #disconnect({ source }: Route, id: string, description: string): void {
    source.disconnectPublisher(id, description);
  }

  #take(id: string): Route | undefined {
    const route = this.#routes.get(id);
    this.#routes.delete(id);
    return route;
  }
}
