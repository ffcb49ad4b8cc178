import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Periodic } from "./periodic.ts";
import { pause } from "./timers.ts";

const EVERY_MS = 1_000;

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** Rounds that take `roundMs`, and what was seen of them. */
function world({ everyMs, roundMs = 0 }: { everyMs?: number; roundMs?: number } = {}) {
  const seen = { begun: 0, running: 0, runningMax: 0, failed: [] as unknown[] };
  let fails = false;
  const periodic = new Periodic({
    ...(everyMs === undefined ? {} : { everyMs }),
    round: async () => {
      seen.begun += 1;
      seen.running += 1;
      seen.runningMax = Math.max(seen.runningMax, seen.running);
      if (roundMs > 0) await pause(roundMs);
      seen.running -= 1;
      if (fails) throw new Error(`round ${seen.begun}`);
    },
    failed: (error) => seen.failed.push(error),
  });
  return { periodic, seen, fail: (value: boolean) => (fails = value) };
}

describe("a periodic", () => {
  test("begins a round at each interval, and none before start or after close", async () => {
    const { periodic, seen } = world({ everyMs: EVERY_MS });
    await periodic.wake();
    periodic.wakeIn(0);
    await vi.advanceTimersByTimeAsync(5 * EVERY_MS);
    expect(seen.begun).toBe(0);
    periodic.start();
    periodic.start();
    await vi.advanceTimersByTimeAsync(3 * EVERY_MS);
    expect(seen.begun).toBe(3);
    periodic.wakeIn(10);
    await periodic.close();
    await periodic.wake();
    await vi.advanceTimersByTimeAsync(5 * EVERY_MS);
    expect(seen.begun).toBe(3);
    periodic.start();
    await vi.advanceTimersByTimeAsync(EVERY_MS);
    expect(seen.begun).toBe(4);
  });

  test("goes on after a round that failed, whose error is given once", async () => {
    const { periodic, seen, fail } = world({ everyMs: EVERY_MS });
    periodic.start();
    fail(true);
    await vi.advanceTimersByTimeAsync(EVERY_MS);
    fail(false);
    await vi.advanceTimersByTimeAsync(EVERY_MS);
    expect(seen.begun).toBe(2);
    expect(seen.failed).toEqual([new Error("round 1")]);
  });

  test("doesn't catch up on intervals that a long round took", async () => {
    const { periodic, seen } = world({ everyMs: EVERY_MS, roundMs: 3_500 });
    periodic.start();
    await vi.advanceTimersByTimeAsync(8_400);
    // From 1 s to 4.5 s, then from 5 s to 8.5 s.
    expect(seen).toMatchObject({ begun: 2, runningMax: 1 });
  });

  test("has intervals that are shorter by up to the jitter", async () => {
    const begun = [0, 0];
    for (const [index, chance] of [0, 0.999].entries()) {
      vi.spyOn(Math, "random").mockReturnValueOnce(chance);
      const round = async () => void (begun[index] = (begun[index] ?? 0) + 1);
      new Periodic({ everyMs: EVERY_MS, jitter: 0.5, round, failed: () => {} }).start();
    }
    await vi.advanceTimersByTimeAsync(10 * EVERY_MS);
    expect(begun).toEqual([10, 20]);
  });

  test("the earliest of the rounds asked for later counts", async () => {
    const { periodic, seen } = world();
    periodic.start();
    for (const ms of [500, 200, 900]) periodic.wakeIn(ms);
    await vi.advanceTimersByTimeAsync(199);
    expect(seen.begun).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(seen.begun).toBe(1);
  });

  test("asks its round to end when it closes, which is no failure", async () => {
    const failed: unknown[] = [];
    const periodic = new Periodic({
      round: async (closing) => {
        await pause(60_000, { signal: closing });
        closing.throwIfAborted();
      },
      failed: (error) => failed.push(error),
    });
    periodic.start();
    const woken = periodic.wake();
    await periodic.close();
    await woken;
    expect(failed).toEqual([]);
  });

  test("a wake resolves when a round has ended that saw all that was there before", async () => {
    const act = fc.oneof(
      { weight: 3, arbitrary: fc.record({ wakes: fc.constant(true) }) },
      { weight: 2, arbitrary: fc.record({ passesMs: fc.integer({ min: 0, max: 2_500 }) }) },
      { weight: 1, arbitrary: fc.record({ fails: fc.boolean() }) },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(act, { maxLength: 30 }),
        fc.integer({ min: 0, max: 1_500 }),
        async (acts, roundMs) => {
          let there = 0;
          let done = 0;
          let running = 0;
          let fails = false;
          const broken: string[] = [];
          const periodic = new Periodic({
            everyMs: EVERY_MS,
            round: async () => {
              if (running++ > 0) broken.push("two rounds at once");
              const seen = there;
              if (roundMs > 0) await pause(roundMs);
              running--;
              if (fails) throw new Error("failed");
              done = Math.max(done, seen);
            },
            failed: () => {},
          });
          periodic.start();
          for (const each of acts) {
            if ("wakes" in each) {
              const mine = ++there;
              const failedBefore = fails;
              void periodic.wake().then(() => {
                if (done < mine && !fails && !failedBefore) broken.push(`${mine} was not done`);
              });
            } else if ("passesMs" in each) await vi.advanceTimersByTimeAsync(each.passesMs);
            else fails = each.fails;
          }
          // What was asked for before a close that begins now isn't lost: a round is under way.
          fails = false;
          const last = ++there;
          const woken = periodic.wake();
          await vi.advanceTimersByTimeAsync(2 * roundMs + 1);
          await woken;
          if (done < last) broken.push("the last one was not done");
          const closed = periodic.close();
          await vi.advanceTimersByTimeAsync(roundMs);
          await closed;
          if (running > 0) broken.push("a round is under way after the close");
          expect(broken).toEqual([]);
        },
      ),
      { numRuns: 200 },
    );
  });

  test("closes when the round that is under way has ended, with its effect", async () => {
    const { periodic, seen } = world({ roundMs: 700 });
    periodic.start();
    void periodic.wake();
    void periodic.wake();
    let closed = false;
    const closing = periodic.close().then(() => (closed = true));
    await vi.advanceTimersByTimeAsync(699);
    expect({ closed, running: seen.running }).toEqual({ closed: false, running: 1 });
    await vi.advanceTimersByTimeAsync(1);
    await closing;
    // The one that had been asked for meanwhile doesn't begin any more.
    expect(seen).toMatchObject({ begun: 1, running: 0 });
  });
});
