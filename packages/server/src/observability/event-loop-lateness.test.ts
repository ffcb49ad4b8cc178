import { setTimeout as sleep } from "node:timers/promises";
import { Registry } from "prom-client";
import { expect, test } from "vitest";
import { observeEventLoopLateness } from "./event-loop-lateness.ts";

const GREATEST = "nodejs_eventloop_lag_max_seconds";

test("what holds up the event loop is seen once, in the time since the metrics were read last", async () => {
  const registry = new Registry();
  const stop = observeEventLoopLateness(registry);
  const greatest = async () => {
    const all = await registry.getMetricsAsJSON();
    return Number(all.find(({ name }) => name === GREATEST)?.values[0]?.value);
  };
  expect(await greatest()).toBe(0);
  const holdUp = async (forMs: number) => {
    const until = performance.now() + forMs;
    while (performance.now() < until);
    await sleep(1);
  };
  await holdUp(500);
  const seen = await greatest();
  expect(seen).toBeGreaterThan(0.4);
  expect(await greatest()).toBeLessThan(seen);
  stop();
  await holdUp(200);
  expect(await greatest()).toBe(0);
});
