import { collectDefaultMetrics, Registry } from "prom-client";
import { NO_EVENT_LOOP_MONITORING, observeEventLoopLateness } from "./event-loop-lateness.ts";

/** The process's own metrics, measured from now on. */
export interface ProcessMetrics {
  text(): Promise<string>;
  /** Ends the sampling of the event loop. */
  close(): void;
}

export function measureProcess(): ProcessMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, ...NO_EVENT_LOOP_MONITORING });
  const close = observeEventLoopLateness(registry);
  return { text: () => registry.metrics(), close };
}
