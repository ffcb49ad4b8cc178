import { errorClass } from "../kernel/error-class.ts";
import type { Log } from "../kernel/ports/log.ts";
import type { SpanAttributes } from "../kernel/ports/tracer.ts";
import { inBackground } from "../kernel/work/in-background.ts";
import { type CallOff, every } from "../kernel/work/timers.ts";

/** Spans that may wait for the collector; more are dropped and counted. */
const WAITING_MAX = 4_096;
const BATCH_MAX = 512;
const INTERVAL_MS = 2_000;
const TIMEOUT_MS = 5_000;
/** Statuses after which sending is retried; others are final (OTLP 1.x, "Failures"). */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504]);

export interface EndedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly kind: "internal" | "server";
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: SpanAttributes;
  readonly failed: boolean;
}

/**
 * Sends spans to an OpenTelemetry collector by OTLP over HTTP in JSON, in batches. An unreachable
 * collector costs spans and one log line, never a request.
 */
export class OtlpExporter {
  readonly #url: string;
  readonly #log: Log;
  #waiting: EndedSpan[] = [];
  #dropped = 0;
  #troubled = false;
  #sending: Promise<void> | undefined;
  readonly #stopFlushing: CallOff;

  constructor(endpoint: string, log: Log) {
    this.#url = `${endpoint.replace(/\/+$/, "")}/v1/traces`;
    this.#log = log;
    this.#stopFlushing = every(INTERVAL_MS, () => inBackground(this.#flush()));
  }

  add(span: EndedSpan): void {
    if (this.#waiting.length >= WAITING_MAX) {
      this.#dropped += 1;
      return;
    }
    this.#waiting.push(span);
    if (this.#waiting.length >= BATCH_MAX && !this.#troubled) inBackground(this.#flush());
  }

  /** Sends the waiting spans, as far as the collector accepts them now. */
  async close(): Promise<void> {
    this.#stopFlushing();
    await this.#sending;
    do await this.#flush();
    while (this.#waiting.length > 0 && !this.#troubled);
  }

  #flush(): Promise<void> {
    if (this.#waiting.length === 0) return Promise.resolve();
    this.#sending ??= this.#send(this.#waiting.splice(0, BATCH_MAX)).finally(() => {
      this.#sending = undefined;
    });
    return this.#sending;
  }

  async #send(batch: readonly EndedSpan[]): Promise<void> {
    const trouble = await this.#post(batch);
    if (trouble === undefined) {
      if (this.#troubled) this.#log.warn({ dropped: this.#dropped }, "traces are taken again");
      this.#troubled = false;
      this.#dropped = 0;
      return;
    }
    const room = trouble.again ? WAITING_MAX - this.#waiting.length : 0;
    this.#waiting = [...batch.slice(0, room), ...this.#waiting];
    this.#dropped += Math.max(0, batch.length - room);
    if (!this.#troubled) this.#log.warn({ reason: trouble.reason }, "traces can't be sent");
    this.#troubled = true;
  }

  async #post(
    batch: readonly EndedSpan[],
  ): Promise<{ reason: string; again: boolean } | undefined> {
    try {
      const { ok, status, body } = await fetch(this.#url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(traceRequest(batch)),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await body?.cancel();
      return ok ? undefined : { reason: `status ${status}`, again: RETRYABLE.has(status) };
    } catch (error) {
      return { reason: errorClass(error), again: true };
    }
  }
}

/** `ExportTraceServiceRequest` of opentelemetry-proto in its JSON form: ids in hexadecimal. */
function traceRequest(spans: readonly EndedSpan[]) {
  const resource = { attributes: attributesOf({ "service.name": "rolecast" }) };
  const scopeSpans = [{ scope: { name: "rolecast" }, spans: spans.map(toOtlp) }];
  return { resourceSpans: [{ resource, scopeSpans }] };
}

const KIND = { internal: 1, server: 2 } as const;
const STATUS = { unset: 0, error: 2 } as const;

function toOtlp({ kind, startMs, endMs, attributes, failed, parentSpanId, ...rest }: EndedSpan) {
  return {
    ...rest,
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    kind: KIND[kind],
    startTimeUnixNano: nanoseconds(startMs),
    endTimeUnixNano: nanoseconds(endMs),
    attributes: attributesOf(attributes),
    status: { code: failed ? STATUS.error : STATUS.unset },
  };
}

function attributesOf(attributes: SpanAttributes) {
  return Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === "number" ? { intValue: String(value) } : { stringValue: value },
  }));
}

/** Formats nanoseconds: 64-bit numbers are text in this JSON; microseconds survive. */
function nanoseconds(ms: number): string {
  return String(BigInt(Math.round(ms * 1_000)) * 1_000n);
}
