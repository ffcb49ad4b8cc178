import { Ends, HungEndError } from "./ends.ts";
import { AwsError } from "./kernel/aws-error.ts";
import type { EventLog } from "./kernel/event-log.ts";
import type { Log } from "./kernel/ports/log.ts";
import type { Service } from "./kernel/service.ts";
import type { OpenedStore } from "./storage/store.ts";

export interface ServerResetOptions {
  readonly services: readonly Service[];
  readonly store: Pick<OpenedStore, "empty">;
  readonly events: Pick<EventLog, "clear">;
  readonly log: Log;
  /** Makes the accounts and their root keys again. */
  readonly bootstrap: () => Promise<void>;
  /** Makes what is there after each start. */
  readonly seed: () => Promise<void>;
  /** For a test: the end of all services, as at the end of the server. */
  readonly makeEnds?: () => Ends;
}

/** Resets of a server, one after another. */
export class ServerReset {
  readonly #options: ServerResetOptions;
  /**
   * Resolves with the reason when a reset has failed: services have ended, and aren't started
   * again beside what hangs. Otherwise it stays pending.
   */
  readonly failed: Promise<string>;
  #fail: (reason: string) => void = () => {};
  #last: Promise<void> = Promise.resolve();

  constructor(options: ServerResetOptions) {
    this.#options = options;
    this.failed = new Promise((resolve) => {
      this.#fail = resolve;
    });
  }

  /**
   * Empties everything but the accounts' root keys. Rejects in a bounded time where services don't
   * end: nothing has been removed then, and the server has to be restarted.
   */
  readonly run = (): Promise<void> => {
    const next = this.#last.then(async () => {
      await this.#empty();
      await this.#options.seed();
    });
    this.#last = next.catch(() => {});
    return next;
  };

  async #empty(): Promise<void> {
    const { services, store, events, bootstrap, makeEnds = () => new Ends() } = this.#options;
    const ends = makeEnds();
    for (const service of services) ends.push(service.title, () => service.close?.());
    try {
      await ends.run();
      await store.empty();
      for (const service of services) await service.reset?.();
      events.clear();
      await bootstrap();
      for (const service of services) await service.start?.();
    } catch (error) {
      this.#fail("a reset failed half-way.");
      if (!(error instanceof HungEndError)) throw error;
      this.#options.log.error({ parts: error.parts }, "not everything ended in time for a reset");
      throw new AwsError("InternalFailure", error.message, { status: 500 });
    }
  }
}
