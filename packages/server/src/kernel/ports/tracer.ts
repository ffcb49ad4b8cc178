export type SpanAttributes = Readonly<Record<string, string | number>>;

/** A stretch of work whose time an operator may want to see. */
export interface Span {
  /** Adds attributes, and a better name. Nothing secret: spans leave the server. */
  describe(attributes: SpanAttributes, name?: string): void;
  /** Marks it as failed by an internal error. */
  fail(): void;
}

/** Takes spans. A span that runs inside another one is its child, however deep the call. */
export interface Tracer {
  /** A request from outside; it is dropped unless it is named. */
  request<R>(
    headers: Readonly<Record<string, string>>,
    run: (span: Span) => Promise<R>,
  ): Promise<R>;
  /** A part of a request, until what it returns is known; dropped outside of one. */
  step<R>(name: string, run: () => R): R;
}

const NO_SPAN: Span = { describe: () => {}, fail: () => {} };

export const noTracer: Tracer = {
  request: (_headers, run) => run(NO_SPAN),
  step: (_name, run) => run(),
};
