import { expect, test } from "vitest";
import { ViewerCounter } from "./viewer-counter.ts";

test("a viewer counts once, until it has been silent for half a minute", () => {
  const clock = { atMs: 0, nowMs: () => clock.atMs };
  const viewers = new ViewerCounter(clock);
  viewers.note("st-1", { id: "a" });
  viewers.note("st-1", { id: "b" });
  viewers.note("st-2", { id: "a" });
  clock.atMs = 20_000;
  viewers.note("st-1", { id: "a" });
  expect([viewers.count("st-1"), viewers.count("st-2"), viewers.count("st-3")]).toEqual([2, 1, 0]);
  clock.atMs = 30_001;
  expect([viewers.count("st-1"), viewers.count("st-2")]).toEqual([1, 0]);
  viewers.forget("st-1");
  expect(viewers.count("st-1")).toBe(0);
});

test("what is remembered of a stream's viewers is bounded", () => {
  const viewers = new ViewerCounter({ nowMs: () => 0 });
  for (let viewer = 0; viewer < 20_000; viewer++) viewers.note("st-1", { id: String(viewer) });
  expect(viewers.count("st-1")).toBe(15_000);
});
