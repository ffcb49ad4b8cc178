import type { SessionEndReason } from "../port/events.ts";
import { MediaError, type MediaErrorCode } from "../port/media-error.ts";
import type { AnnouncedMedia, TrackCodec, TrackConfig } from "../port/media-unit.ts";
import { RELAY_BYTES_MAX, relayedBytes } from "./relayed-bytes.ts";
import type { RelayedUnit, RelaySource } from "./worker-messages.ts";
import type { WorkerProcess } from "./worker-process.ts";

interface Route {
  /** Has the connection. */
  readonly source: RelaySource;
  /** Has the broadcast. */
  readonly target: WorkerProcess;
  unsentBytes: number;
}

/**
 * Routes in the main process for publishers whose connection and broadcast are in different
 * processes.
 */
export class RelayRoutes {
  /** By the publisher's id. */
  readonly #routes = new Map<string, Route>();

  async open(
    route: Pick<Route, "source" | "target">,
    id: string,
    openTarget: () => Promise<ReadonlySet<TrackCodec>>,
  ): Promise<ReadonlySet<TrackCodec>> {
    this.#routes.set(id, { ...route, unsentBytes: 0 });
    try {
      return await openTarget();
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

  tracks(id: string, tracks: readonly TrackConfig[]): void {
    this.#handOn(id, relayedBytes.tracks(tracks), ({ calls }, sent) =>
      calls.push(sent, "relayTracks", id, tracks),
    );
  }

  unit(id: string, unit: RelayedUnit): void {
    this.#handOn(id, relayedBytes.unit(unit), ({ calls }, sent) =>
      calls.push(sent, "relayUnit", id, unit),
    );
  }

  announced(id: string, announced: AnnouncedMedia): void {
    this.#handOn(id, relayedBytes.announced, ({ calls }, sent) =>
      calls.push(sent, "relayAnnounced", id, announced),
    );
  }

  end(id: string, reason: SessionEndReason, message: string): void {
    this.#take(id)?.target.calls.notify("endRelay", id, reason, message);
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
