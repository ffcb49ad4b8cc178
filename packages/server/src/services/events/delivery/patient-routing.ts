import { errorClass } from "../../../kernel/error-class.ts";
import type { AwsEvent } from "../../../kernel/events.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import { StoreUnavailableError } from "../../../kernel/store.ts";
import { inBackgroundOf } from "../../../kernel/work/in-background.ts";
import { backoffMs } from "../../../kernel/work/task-queue.ts";
import { pause } from "../../../kernel/work/timers.ts";
import { type IncomingEvent, incoming } from "../put-event.ts";

/** Pauses grow from a second to five minutes: a quarter of an hour in all. */
const TRIES_MAX = 10;
/** The server's events have a few KB at most. */
const WAITING_MAX = 10_000;

export interface PatientRoutingOptions {
  /** Resolves to false if too many deliveries wait. */
  readonly route: (event: IncomingEvent) => Promise<boolean>;
  readonly log: Log;
  readonly pauseMs?: (tries: number) => number;
}

/**
 * Routes the server's own events. What happened is no caller's to send again, so an event waits
 * while the database can't be reached.
 */
export class PatientRouting {
  readonly #options: PatientRoutingOptions;
  readonly #routing = new Set<Promise<void>>();
  readonly #closing = new AbortController();
  #waiting = 0;

  constructor(options: PatientRoutingOptions) {
    this.#options = options;
  }

  take(event: AwsEvent): void {
    inBackgroundOf(this.#routing, this.#route(incoming(event)));
  }

  /** Resolves when no event is being routed. Those that wait are tried once more. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#routing);
  }

  /** Never rejects. */
  async #route(event: IncomingEvent): Promise<void> {
    const { route, log, pauseMs = backoffMs } = this.#options;
    const { signal } = this.#closing;
    for (let tries = 1; ; tries++) {
      const isLast = tries >= TRIES_MAX || signal.aborted;
      try {
        if (!(await route(event)))
          log.warn({ event: event.id }, "An event isn't delivered: too many wait already.");
        return;
      } catch (error) {
        const mayPass = error instanceof StoreUnavailableError && !isLast;
        if (!mayPass || this.#waiting >= WAITING_MAX) {
          log.error({ event: event.id, error: errorClass(error) }, "event routing");
          return;
        }
      }
      this.#waiting += 1;
      await pause(pauseMs(tries - 1), { signal });
      this.#waiting -= 1;
    }
  }
}
