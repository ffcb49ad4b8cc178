import { HungEndError } from "./ends.ts";
import { errorClass } from "./kernel/error-class.ts";
import type { Log } from "./kernel/ports/log.ts";
import type { Drain, Readiness } from "./kernel/ports/own-routes.ts";
import type { Service } from "./kernel/service.ts";
import type { StoreState } from "./kernel/store.ts";
import { inBackground } from "./kernel/work/in-background.ts";
import { after, type CallOff } from "./kernel/work/timers.ts";

export interface ServerLifeOptions {
  readonly services: readonly Service[];
  /** Resolves quickly even if the database hangs. */
  readonly store: () => Promise<StoreState>;
  readonly log: Log;
  readonly nowMs: () => number;
  /** Ends everything properly, in a bounded time. */
  readonly end: () => Promise<void>;
}

/** A server from its start to its end, and whether requests may be sent to it meanwhile. */
export class ServerLife {
  readonly #options: ServerLifeOptions;
  readonly #outOfTime = new AbortController();
  /** Resolves when a drain is over and the server has ended, well or not. */
  readonly drained: Promise<void>;
  #over: () => void = () => {};
  #stage: "starting" | "ready" | "draining" | "stopping" = "starting";
  #closing: Promise<void> | undefined;
  #callOff: CallOff | undefined;
  #endsBeforeMs: number | undefined;

  constructor(options: ServerLifeOptions) {
    this.#options = options;
    this.drained = new Promise((resolve) => {
      this.#over = resolve;
    });
  }

  get facts() {
    const endsBefore = this.#endsBeforeMs;
    return {
      stage: this.#stage,
      draining: Number(this.#stage === "draining"),
      ...(endsBefore === undefined ? {} : { endsBefore: new Date(endsBefore).toISOString() }),
    };
  }

  started(): void {
    if (this.#stage === "starting") this.#stage = "ready";
  }

  async readiness(): Promise<Readiness> {
    if (this.#stage !== "ready") return { status: this.#stage };
    const { condition, message } = await this.#options.store();
    if (condition !== "ok") return { status: condition, part: "database", message };
    return { status: "ready" };
  }

  /**
   * Takes up nothing that lasts any more, hands over what other nodes can go on with, and ends the
   * server with its last stream, or after `timeoutMs`. Returns at once. Asked again, it goes on,
   * with the newest time limit that was given.
   */
  readonly drain: Drain = (timeoutMs) => {
    if (timeoutMs !== undefined && this.#stage !== "stopping") {
      this.#callOff?.();
      this.#callOff = after(timeoutMs, () => this.#outOfTime.abort());
      this.#endsBeforeMs = this.#options.nowMs() + timeoutMs;
    }
    if (this.#stage !== "stopping" && this.#stage !== "draining") {
      this.#stage = "draining";
      this.#options.log.warn({ timeoutMs }, "the server drains: it ends with its last stream");
      inBackground(this.#drain());
    }
    return this.facts;
  };

  /** Ends everything properly, once; called again it resolves with the end that is under way. */
  close(): Promise<void> {
    this.#stage = "stopping";
    this.#callOff?.();
    this.#closing ??= this.#options.end().catch((error: unknown) => {
      if (error instanceof HungEndError)
        this.#options.log.error({ parts: error.parts }, "not everything ended in time");
      throw error;
    });
    return this.#closing;
  }

  async #drain(): Promise<void> {
    const left = Promise.all(this.#options.services.map((service) => this.#drainOne(service)));
    await Promise.race([left, aborted(this.#outOfTime.signal)]);
    // How it ended is the answer to whoever closes it.
    await this.close().then(this.#over, this.#over);
  }

  /** Never rejects: a service that fails to drain is closed with the others. */
  async #drainOne(service: Service): Promise<void> {
    try {
      await service.drain?.();
    } catch (error) {
      const { name } = service.definition;
      this.#options.log.error({ service: name, error: errorClass(error) }, "it can't be drained");
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
