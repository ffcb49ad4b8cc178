import type { MediaEvent } from "../port/events.ts";

interface Place<Worker> {
  readonly worker: Worker;
  readonly streamId: string;
  endedAtMs: number | undefined;
}

/**
 * Finds the worker of each channel's latest broadcast, also for a moment after its end: its players
 * are served by.
 */
export class StreamPlaces<Worker> {
  readonly #keptMs: number;
  readonly #monotonicMs: () => number;
  /** By stream name. */
  readonly #places = new Map<string, Place<Worker>>();

  constructor(keptMs: number, monotonicMs: () => number) {
    this.#keptMs = keptMs;
    this.#monotonicMs = monotonicMs;
  }

  find(streamName: string): Omit<Place<Worker>, "endedAtMs"> | undefined {
    return this.#places.get(streamName);
  }

  note(event: MediaEvent, worker: Worker): void {
    if (event.type === "session-created") {
      this.#forgetEnded();
      const { streamName, streamId } = event;
      this.#places.set(streamName, { worker, streamId, endedAtMs: undefined });
    } else if (event.type === "session-ended") {
      const place = this.#places.get(event.streamName);
      if (place?.streamId === event.streamId) {
        place.endedAtMs = this.#monotonicMs();
      }
    }
  }

  release(worker: Worker): void {
    for (const [streamName, place] of this.#places) {
      if (place.worker === worker) {
        this.#places.delete(streamName);
      }
    }
  }

  /** The worker has forgotten them too by now. */
  #forgetEnded(): void {
    const beforeMs = this.#monotonicMs() - this.#keptMs;
    for (const [streamName, { endedAtMs }] of this.#places) {
      if (endedAtMs !== undefined && endedAtMs < beforeMs) {
        this.#places.delete(streamName);
      }
    }
  }
}
