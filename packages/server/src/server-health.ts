import type { HealthReport } from "./gateway/localstack-routes.ts";
import type { Service } from "./kernel/service.ts";
import { pause } from "./kernel/work/timers.ts";
import type { DataDisk } from "./storage/data-disk.ts";
import type { StoreHealth } from "./storage/store-monitor.ts";

/** The longest wait for a service's facts, which may come from the database. */
const PATIENCE_MS = 1_000;

type Facts = Readonly<Record<string, unknown>>;

/** Answers `/_rolecast/health` and the metrics: soon, even if the database hangs. */
export class ServerHealth {
  readonly #services: readonly Service[];
  readonly #store: StoreHealth;
  readonly #disk: DataDisk;
  /** Questions that come meanwhile share the answer. */
  readonly #asked = new Map<Service, Promise<Facts | undefined>>();

  readonly #life: () => Facts;

  constructor(services: readonly Service[], store: StoreHealth, disk: DataDisk, life: () => Facts) {
    this.#life = life;
    this.#disk = disk;
    this.#services = services.filter(({ sameApiAs }) => sameApiAs === undefined);
    this.#store = store;
  }

  /** Reports every detail. */
  async report(): Promise<HealthReport> {
    const { condition, message } = await this.#store.check();
    const isWell = condition === "ok";
    const state = { condition, ...(message === undefined ? {} : { message }) };
    const found = await Promise.all(
      this.#services.map(async (each) => [nameOf(each), await this.#factsOf(each)] as const),
    );
    const store = { ...state, writable: isWell ? 1 : 0 };
    const facts = Object.fromEntries(found.filter(([, known]) => known !== undefined));
    return {
      isWell,
      facts: {
        services: this.#states(isWell),
        server: this.#life(),
        store,
        disk: this.#disk.facts,
        ...facts,
      },
    };
  }

  /** Reports what anyone may know: that the services run, and each one's public facts. */
  async publicReport(): Promise<HealthReport> {
    const { condition } = await this.#store.check();
    const isWell = condition === "ok";
    const facts: Record<string, unknown> = {};
    for (const service of this.#services)
      if (service.publicHealth) facts[nameOf(service)] = service.publicHealth();
    const services = this.#states(isWell);
    const server = this.#life();
    return { isWell, facts: { services, server, store: { condition }, ...facts } };
  }

  /** LocalStack's words. */
  #states(isWell: boolean): Readonly<Record<string, string>> {
    const state = isWell ? "running" : "error";
    return Object.fromEntries(this.#services.map((each) => [nameOf(each), state]));
  }

  /** Undefined if the service has no facts, or doesn't give them in time. */
  #factsOf(service: Service): Promise<Facts | undefined> | undefined {
    if (!service.health) return undefined;
    let asked = this.#asked.get(service);
    if (!asked) {
      asked = service
        .health()
        .catch(() => undefined)
        .finally(() => this.#asked.delete(service));
      this.#asked.set(service, asked);
    }
    return Promise.race([asked, pause(PATIENCE_MS, { background: true }).then(() => undefined)]);
  }
}

function nameOf({ definition }: Service): string {
  return definition.name;
}
