/** Prometheus's text format. */
export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

export const RESETTING_IS_OFF = "Resetting is off. Start the server with --allow-reset.";

/** The server's own routes: for signed, permitted callers, and in part for its own machine. */
export interface OwnRoutes {
  /** With every detail. */
  readonly health: () => Promise<Readonly<Record<string, unknown>>>;
  /** In Prometheus's text format. */
  readonly metrics: () => Promise<string>;
  /** Absent without `allowReset`. */
  readonly reset: (() => Promise<void>) | undefined;
}
