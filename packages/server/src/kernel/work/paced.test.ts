import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Paced } from "./paced.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test("runs at once, then not within its time, and once for all that asked meanwhile", () => {
  const atMs: number[] = [];
  const fromMs = Date.now();
  const paced = new Paced(100, () => atMs.push(Date.now() - fromMs));
  for (let count = 0; count < 250; count += 1) {
    paced.ask();
    paced.ask();
    vi.advanceTimersByTime(1);
  }
  vi.advanceTimersByTime(1_000);
  paced.ask();
  vi.advanceTimersByTime(1_000);
  expect(atMs).toEqual([0, 100, 200, 300, 1_250]);
});

test("a run that asks for another one gets it after its time", () => {
  let runs = 0;
  const paced: Paced = new Paced(100, () => {
    runs += 1;
    if (runs < 3) paced.ask();
  });
  paced.ask();
  expect(runs).toBe(1);
  vi.advanceTimersByTime(1_000);
  expect(runs).toBe(3);
});
