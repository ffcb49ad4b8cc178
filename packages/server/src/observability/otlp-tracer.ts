import { AsyncLocalStorage } from "node:async_hooks";
import type { Ids } from "../kernel/ids.ts";
import type { Log } from "../kernel/ports/log.ts";
import { noTracer, type Span, type SpanAttributes, type Tracer } from "../kernel/ports/tracer.ts";
import type { Store, Tables } from "../kernel/store.ts";
import { OtlpExporter } from "./otlp-exporter.ts";

/** W3C Trace Context: version, trace, the caller's span, flags. */
const TRACEPARENT =
  /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:$|-)/;
const SAMPLED = 1;

interface OpenSpan extends Span {
  readonly traceId: string;
  readonly spanId: string;
  name: string | undefined;
  attributes: SpanAttributes;
  failed: boolean;
}

export interface Tracing {
  readonly tracer: Tracer;
  /** Returns the same store, with a span for each transaction. */
  observe<T extends Tables>(store: Store<T>): Store<T>;
  close(): Promise<void>;
}

/** Opens tracing; without an endpoint nothing is traced, at no cost. */
export function openTracing(endpoint: string | undefined, ids: Ids, log: Log): Tracing {
  if (endpoint === undefined) {
    return { tracer: noTracer, observe: (store) => store, close: async () => {} };
  }
  const exporter = new OtlpExporter(endpoint, log);
  const tracer = new OtlpTracer(exporter, ids);
  return {
    tracer,
    observe: (store) => observedStore(store, tracer),
    close: () => exporter.close(),
  };
}

class OtlpTracer implements Tracer {
  readonly #exporter: OtlpExporter;
  readonly #ids: Ids;
  readonly #current = new AsyncLocalStorage<OpenSpan>();

  constructor(exporter: OtlpExporter, ids: Ids) {
    this.#exporter = exporter;
    this.#ids = ids;
  }

  /** Traces a request, unless its caller doesn't record its own trace. */
  request<R>(
    { traceparent = "" }: Readonly<Record<string, string>>,
    run: (span: Span) => Promise<R>,
  ): Promise<R> {
    const [, trace, parent, flags = "01"] = TRACEPARENT.exec(traceparent) ?? [];
    if ((Number.parseInt(flags, 16) & SAMPLED) === 0) return noTracer.request({}, run);
    return this.#record("server", undefined, trace ?? this.#hex(16), parent, run);
  }

  step<R>(name: string, run: () => R): R {
    const parent = this.#current.getStore();
    if (parent === undefined) return run();
    return this.#record("internal", name, parent.traceId, parent.spanId, run);
  }

  #record<R>(
    kind: "internal" | "server",
    name: string | undefined,
    traceId: string,
    parentSpanId: string | undefined,
    run: (span: Span) => R,
  ): R {
    const startMs = nowMs();
    const span = openSpan(traceId, this.#hex(8), name);
    const end = () => {
      const { spanId, attributes, failed } = span;
      if (span.name === undefined) return;
      const ids = { traceId, spanId, parentSpanId };
      const times = { startMs, endMs: nowMs() };
      this.#exporter.add({ ...ids, ...times, name: span.name, kind, attributes, failed });
    };
    const returned = <T>(value: T): T => {
      end();
      return value;
    };
    const threw = (error: unknown): never => {
      span.describe({ "error.type": errorType(error) });
      span.fail();
      end();
      throw error;
    };
    let result: R;
    try {
      result = this.#current.run(span, run, span);
    } catch (error) {
      return threw(error);
    }
    return result instanceof Promise ? (result.then(returned, threw) as R) : returned(result);
  }

  #hex(bytes: number): string {
    return Buffer.from(this.#ids.bytes(bytes)).toString("hex");
  }
}

function openSpan(traceId: string, spanId: string, name: string | undefined): OpenSpan {
  return {
    traceId,
    spanId,
    name,
    attributes: {},
    failed: false,
    describe(attributes, better) {
      this.attributes = { ...this.attributes, ...attributes };
      this.name = better ?? this.name;
    },
    fail() {
      this.failed = true;
    },
  };
}

/** The error's code or class, not its message, which may quote the caller's input. */
function errorType(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}

/** Time with fractions: most steps take less than the clock's millisecond. */
function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

function observedStore<T extends Tables>(store: Store<T>, tracer: Tracer): Store<T> {
  return {
    shared: store.shared,
    get db() {
      return store.db;
    },
    // The store runs transactions from a queue of its own, which belongs to no request.
    transaction: (run) =>
      tracer.step("transaction", () => store.transaction(AsyncLocalStorage.bind(run))),
    tables: <U extends Tables>() => observedStore(store.tables<U>(), tracer),
  };
}
