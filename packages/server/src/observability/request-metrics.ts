import { metricText, type Sample } from "./metric-text.ts";

export interface RequestMetric {
  readonly service: string;
  readonly operation: string;
  /** AWS's error code; undefined for a success. */
  readonly errorCode: string | undefined;
  readonly durationMs: number;
}

const BUCKETS_SECONDS = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10] as const;

/** The requests of an operation that ended with one code. */
interface Count {
  readonly operation: string;
  readonly code: string;
  requests: number;
}

/** The requests of a service. */
class ServiceRequests {
  /** By operation, then by code: a key of both would have to be made for each request. */
  readonly counts = new Map<string, Map<string, Count>>();
  /** Requests by the first bucket that is as long; the last is longer than all. */
  readonly buckets = new Array<number>(BUCKETS_SECONDS.length + 1).fill(0);
  seconds = 0;

  note(operation: string, code: string, seconds: number): void {
    const ofOperation = this.counts.get(operation) ?? new Map<string, Count>();
    if (ofOperation.size === 0) this.counts.set(operation, ofOperation);
    const count = ofOperation.get(code) ?? { operation, code, requests: 0 };
    if (count.requests === 0) ofOperation.set(code, count);
    count.requests += 1;
    let bucket = 0;
    while (seconds > (BUCKETS_SECONDS[bucket] ?? Number.POSITIVE_INFINITY)) bucket += 1;
    this.buckets[bucket] = (this.buckets[bucket] ?? 0) + 1;
    this.seconds += seconds;
  }
}

/** Counts requests. Operations and codes come from our tables, so the labels stay bounded. */
export class RequestMetrics {
  readonly #services = new Map<string, ServiceRequests>();

  note({ service, operation, errorCode, durationMs }: RequestMetric): void {
    let requests = this.#services.get(service);
    if (!requests) {
      requests = new ServiceRequests();
      this.#services.set(service, requests);
    }
    requests.note(operation, errorCode ?? "", durationMs / 1000);
  }

  text(): string {
    const counted = "Requests to AWS operations, those between services included.";
    const timed = "Time from validation to the handler's end.";
    return [
      metricText("rolecast_requests_total", "counter", counted, this.#counts()),
      metricText("rolecast_request_duration_seconds", "histogram", timed, this.#durations()),
    ].join("\n");
  }

  *#counts(): Iterable<Sample> {
    for (const [service, { counts }] of this.#services)
      for (const ofOperation of counts.values())
        for (const { operation, code, requests } of ofOperation.values())
          yield { labels: { service, operation, code }, value: requests };
  }

  *#durations(): Iterable<Sample> {
    for (const [service, { buckets, seconds }] of this.#services) {
      let sum = 0;
      for (const [at, count] of buckets.entries()) {
        sum += count;
        const le = String(BUCKETS_SECONDS[at] ?? "+Inf");
        yield { suffix: "_bucket", labels: { le, service }, value: sum };
      }
      yield { suffix: "_sum", labels: { service }, value: seconds };
      yield { suffix: "_count", labels: { service }, value: sum };
    }
  }
}
