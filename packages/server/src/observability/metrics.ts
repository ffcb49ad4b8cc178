import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { NO_EVENT_LOOP_MONITORING, observeEventLoopLateness } from "./event-loop-lateness.ts";

/** Facts of services, as `Service.health` gives them: numbers in it become gauges. */
type Facts = Readonly<Record<string, unknown>>;

export interface RequestMetric {
  readonly service: string;
  readonly operation: string;
  /** AWS's error code; undefined for a success. */
  readonly errorCode: string | undefined;
  readonly durationMs: number;
}

/** The server's counters in Prometheus's text format. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests = new Counter({
    name: "rolecast_requests_total",
    help: "Requests to AWS operations, those between services included.",
    labelNames: ["service", "operation", "code"],
    registers: [this.#registry],
  });
  readonly #durations = new Histogram({
    name: "rolecast_request_duration_seconds",
    help: "Time from validation to the handler's end.",
    labelNames: ["service"],
    buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10],
    registers: [this.#registry],
  });
  readonly #facts: Gauge;
  /** Ends the sampling of the event loop. */
  readonly close: () => void;

  /** Calls `health` whenever the metrics are read. */
  constructor(health: () => Promise<Facts>) {
    collectDefaultMetrics({ register: this.#registry, ...NO_EVENT_LOOP_MONITORING });
    this.close = observeEventLoopLateness(this.#registry);
    this.#facts = new Gauge({
      name: "rolecast_fact",
      help: "Numbers of /_rolecast/health, by service.",
      labelNames: ["service", "name"],
      registers: [this.#registry],
      collect: async () => this.#setFacts(await health()),
    });
  }

  /** Counts a request. Operation and code come from our tables, so the label sets stay bounded. */
  noteRequest({ service, operation, errorCode, durationMs }: RequestMetric): void {
    this.#requests.inc({ service, operation, code: errorCode ?? "" });
    this.#durations.observe({ service }, durationMs / 1000);
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #setFacts(facts: Facts): void {
    for (const [service, values] of Object.entries(facts)) {
      if (typeof values !== "object" || values === null) continue;
      for (const [name, value] of Object.entries(values)) {
        if (typeof value === "number") this.#facts.set({ service, name }, value);
      }
    }
  }
}
