import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { after, every, pause } from "./timers.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test("after runs once, and every again and again, until they are called off", () => {
  const runs = { once: 0, calledOff: 0, every: 0 };
  after(100, () => (runs.once += 1));
  after(100, () => (runs.calledOff += 1))();
  const callOff = every(100, () => (runs.every += 1));
  vi.advanceTimersByTime(350);
  callOff();
  callOff();
  vi.advanceTimersByTime(350);
  expect(runs).toEqual({ once: 1, calledOff: 0, every: 3 });
});

test("after waits for months, too, which is more than Node's own timers can", () => {
  const ran = vi.fn();
  const months = 90 * 86_400_000;
  after(months, ran);
  after(months, ran)();
  vi.advanceTimersByTime(months - 1);
  expect(ran).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(ran).toHaveBeenCalledTimes(1);
});

describe("a pause", () => {
  async function endsAfterMs(options: Parameters<typeof pause>[1]): Promise<number> {
    const fromMs = Date.now();
    let endedMs = Number.NaN;
    void pause(1_000, options).then(() => {
      endedMs = Date.now();
    });
    await vi.advanceTimersByTimeAsync(2_000);
    return endedMs - fromMs;
  }

  test.each([
    ["its time", () => undefined, 1_000],
    ["its signal", (abort: AbortController) => after(300, () => abort.abort()), 300],
    ["its signal if that has aborted before", (abort: AbortController) => abort.abort(), 0],
    ["its time if its signal aborts later", (abort) => after(1_500, () => abort.abort()), 1_000],
  ] as [string, (abort: AbortController) => unknown, number][])(
    "ends with %s, and leaves no listener behind",
    async (_, prepare, ms) => {
      const abort = new AbortController();
      const listens = vi.spyOn(abort.signal, "addEventListener");
      const leaves = vi.spyOn(abort.signal, "removeEventListener");
      prepare(abort);
      expect(await endsAfterMs({ signal: abort.signal, background: true })).toBe(ms);
      expect(leaves.mock.calls.length).toBe(listens.mock.calls.length);
    },
  );
});
