export type SpanAttributes = Readonly<Record<string, string | number>>;

/** A stretch of work that somebody who looks for lost time wants to see. */
export interface Span {
  /** Names it, or names it better, and says more of it. Nothing secret: it leaves the server. */
  describe(attributes: SpanAttributes, name?: string): void;
  /** It failed by a fault of ours. */
  fail(): void;
}

/** Where spans go. What runs inside another span is its child, however deep the call. */
export interface Tracer {
  /** A request from outside; one that is never named is forgotten. */
  request<R>(
    headers: Readonly<Record<string, string>>,
    run: (span: Span) => Promise<R>,
  ): Promise<R>;
  /** Part of a request; outside of one, it isn't told. */
  step<R>(name: string, run: () => Promise<R>): Promise<R>;
}

const NO_SPAN: Span = { describe: () => {}, fail: () => {} };

export const noTracer: Tracer = {
  request: (_headers, run) => run(NO_SPAN),
  step: (_name, run) => run(),
};
