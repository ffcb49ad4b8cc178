import type pg from "pg";
import { expect, test } from "vitest";
import { StoreUnavailableError } from "../kernel/store.ts";
import { postgresDialect } from "./postgres/postgres-driver.ts";
import { StoreMonitor } from "./store-monitor.ts";

test("nothing waits for a new connection to a database that failed again", async () => {
  const tries: { resolve(): void; reject(error: Error): void }[] = [];
  const write = () =>
    new Promise<void>((resolve, reject) => {
      tries.push({ resolve, reject });
    });
  const monitor = new StoreMonitor({ write, nowMs: () => performance.now() });
  let connections = 0;
  const connect = () => {
    connections += 1;
    return Promise.reject(new Error("timeout exceeded when trying to connect"));
  };
  const pool = { idleCount: 0, totalCount: 0, options: { max: 1 }, connect };
  const watch = { note: monitor.note.bind(monitor), refusal: () => monitor.refusal() };
  const driver = postgresDialect(pool as unknown as pg.Pool, false, watch).createDriver();
  const refused = () =>
    expect(driver.acquireConnection()).rejects.toBeInstanceOf(StoreUnavailableError);

  await refused();
  await refused();
  expect(connections).toBe(2);
  await expect.poll(() => tries.length).toBe(1);
  tries.pop()?.reject(new Error("no answer"));
  await expect.poll(() => monitor.refusal()).toBeInstanceOf(StoreUnavailableError);
  await refused();
  expect(connections).toBe(2);
  // One that is there may work still.
  pool.idleCount = 1;
  await refused();
  expect(connections).toBe(3);
  pool.idleCount = 0;
  await expect.poll(() => tries.length).toBe(1);
  tries.pop()?.resolve();
  await expect.poll(() => monitor.state.condition).toBe("ok");
  await refused();
  expect(connections).toBe(4);
  const closed = monitor.close();
  await expect.poll(() => tries.length).toBeLessThanOrEqual(1);
  tries.pop()?.resolve();
  await closed;
});
