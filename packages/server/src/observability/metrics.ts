import { metricText, type Sample } from "./metric-text.ts";
import type { ProcessMetrics } from "./process-metrics.ts";
import { type RequestMetric, RequestMetrics } from "./request-metrics.ts";

/** Facts of services, as `Service.health` gives them: numbers in it become gauges. */
type Facts = Readonly<Record<string, unknown>>;

/** The server's counters in Prometheus's text format. */
export class Metrics {
  readonly #requests = new RequestMetrics();
  readonly #health: () => Promise<Facts>;
  /** The process is measured from the first question on: most servers are never asked. */
  #process: Promise<ProcessMetrics> | undefined;
  #isClosed = false;

  /** Calls `health` whenever the metrics are read. */
  constructor(health: () => Promise<Facts>) {
    this.#health = health;
  }

  noteRequest(request: RequestMetric): void {
    this.#requests.note(request);
  }

  async text(): Promise<string> {
    this.#process ??= this.#measureProcess();
    const own = await this.#process;
    const facts = samplesOf(await this.#health());
    const help = "Numbers of /_rolecast/health, by service.";
    return [
      this.#requests.text(),
      await own.text(),
      metricText("rolecast_fact", "gauge", help, facts),
    ].join("\n");
  }

  async #measureProcess(): Promise<ProcessMetrics> {
    const { measureProcess } = await import("./process-metrics.ts");
    const measured = measureProcess();
    if (this.#isClosed) measured.close();
    return measured;
  }

  /** Ends the sampling of the event loop. */
  readonly close = async (): Promise<void> => {
    this.#isClosed = true;
    (await this.#process)?.close();
  };
}

function* samplesOf(facts: Facts): Iterable<Sample> {
  for (const [service, values] of Object.entries(facts))
    for (const [name, value] of numbersIn(values)) yield { labels: { service, name }, value };
}

/** Numbers of objects in objects have both names: `objectStore.requests`. */
function* numbersIn(values: unknown): Iterable<readonly [string, number]> {
  if (typeof values !== "object" || values === null || Array.isArray(values)) return;
  for (const [name, value] of Object.entries(values)) {
    if (typeof value === "number") yield [name, value];
    else for (const [inner, number] of numbersIn(value)) yield [`${name}.${inner}`, number];
  }
}
