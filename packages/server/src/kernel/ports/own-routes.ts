/** Prometheus's text format. */
export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

export const RESETTING_IS_OFF = "Resetting is off. Start the server with --allow-reset.";

/**
 * Whether requests may be sent to the server, and if not, why. An object store that is away is no
 * reason: other nodes lack it, too, and live streams would go with the rest.
 */
export interface Readiness {
  /** `ready`, `starting`, `draining`, `stopping`, or the condition of the database. */
  readonly status: string;
  readonly part?: "database";
  /** A sentence on what to do. It may name hosts, so strangers don't get it. */
  readonly message?: string | undefined;
}

/** Begins to drain the server, with a time limit or without; returns what health says of it. */
export type Drain = (timeoutMs?: number) => Readonly<Record<string, unknown>>;

/** The longest time limit of a drain: a week. */
export const DRAIN_SECONDS_MAX = 604_800;

/** The server's own routes: for signed, permitted callers, and in part for its own machine. */
export interface OwnRoutes {
  /** With every detail. */
  readonly health: () => Promise<Readonly<Record<string, unknown>>>;
  /** In Prometheus's text format. */
  readonly metrics: () => Promise<string>;
  readonly drain: Drain;
  /** Absent without `allowReset`. */
  readonly reset: (() => Promise<void>) | undefined;
}
