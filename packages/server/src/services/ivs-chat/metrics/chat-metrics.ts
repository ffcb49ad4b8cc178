import type { Clock } from "../../../kernel/clock.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import type { MetricSample, MetricSink } from "../../../kernel/ports/metric-sink.ts";
import type { ResourceLocation } from "../../../kernel/tagged-resources/resource-arns.ts";
import { Periodic } from "../../../kernel/work/periodic.ts";

/** Counts are handed on this often. */
const INTERVAL_MS = 5_000;

/** The metrics of `AWS/IVSChat`. Source: IVS Chat user guide, "Monitoring with CloudWatch". */
export const CHAT_METRICS = {
  ConcurrentChatConnections: { by: [], meaning: "open connections" },
  MessagingRequests: { by: [], meaning: "requests of clients and of the API" },
  Requests: { by: ["Action"], meaning: "the same by action" },
  MessagingDeliveries: { by: [], meaning: "messages and events, times their receivers" },
  Deliveries: { by: ["Action"], meaning: "the same by action" },
  InvocationErrors: { by: ["Uri"], meaning: "review handlers that weren't reached in time" },
  ResponseValidationErrors: { by: ["Uri"], meaning: "answers of theirs that weren't understood" },
  LogDestinationErrors: { by: ["LoggingConfiguration"], meaning: "failed deliveries of logs" },
  LogDestinationAccessDeniedError: {
    by: ["LoggingConfiguration"],
    meaning: "those that the bucket refused",
  },
  LogDestinationResourceNotFoundErrors: {
    by: ["LoggingConfiguration"],
    meaning: "those whose bucket isn't there",
  },
} as const;

export type ChatMetricName = keyof typeof CHAT_METRICS;

type Dimensions = Readonly<Record<string, string>>;

interface Counted extends ResourceLocation {
  readonly name: ChatMetricName;
  readonly dimensions: Dimensions;
  value: number;
}

/** Counts what happens and hands the sums to CloudWatch every few seconds. */
export class ChatMetrics {
  readonly #sink: MetricSink;
  readonly #clock: Clock;
  readonly #rounds: Periodic;
  readonly #counts = new Map<string, Counted>();
  /** Open connections by account and Region, those that have none any more for one round. */
  readonly #connections = new Map<string, ResourceLocation & { open: number }>();

  constructor(sink: MetricSink, clock: Clock, log: Log) {
    this.#sink = sink;
    this.#clock = clock;
    this.#rounds = new Periodic({
      everyMs: INTERVAL_MS,
      round: async () => this.flush(),
      failed: (err) => log.error({ err }, "Measuring chat rooms failed"),
    });
  }

  start(): void {
    this.#rounds.start();
  }

  async close(): Promise<void> {
    await this.#rounds.close();
    this.flush();
    this.#connections.clear();
  }

  count(at: ResourceLocation, name: ChatMetricName, dimensions: Dimensions = {}, by = 1): void {
    const { accountId, region } = at;
    const key = `${accountId} ${region} ${name} ${Object.values(dimensions).join()}`;
    const counted = this.#counts.get(key);
    if (counted) counted.value += by;
    else this.#counts.set(key, { accountId, region, name, dimensions, value: by });
  }

  /** Counts a connection that opens (1) or closes (-1); returns how many there are then. */
  connections({ accountId, region }: ResourceLocation, change: 1 | -1 | 0): number {
    const key = `${accountId} ${region}`;
    const counted = this.#connections.get(key) ?? { accountId, region, open: 0 };
    counted.open += change;
    this.#connections.set(key, counted);
    return counted.open;
  }

  flush(): void {
    const atMs = this.#clock.nowMs();
    const shared = { namespace: "AWS/IVSChat", unit: "Count", atMs };
    const samples: MetricSample[] = [...this.#counts.values()].map((counted) => ({
      ...counted,
      ...shared,
    }));
    this.#counts.clear();
    for (const [key, { open: value, ...at }] of this.#connections) {
      samples.push({ ...at, ...shared, name: "ConcurrentChatConnections", dimensions: {}, value });
      if (value === 0) this.#connections.delete(key);
    }
    if (samples.length > 0) this.#sink.put(samples);
  }
}
