import { expect, test } from "vitest";
import { BELOW_SOURCE } from "../testing/ladders.ts";
import { chooseLadder } from "./ladder.ts";
import { estimateCores, TranscodeCapacity } from "./transcode-capacity.ts";

test("ladders are admitted by what they cost, until the cores are taken", () => {
  const capacity = new TranscodeCapacity(1);
  const first = capacity.admit(0.6);
  expect(capacity.admit(0.6)).toBeUndefined();
  expect(capacity.admit(0.3)).toBeDefined();
  first?.release();
  expect(capacity.usedCores).toBeCloseTo(0.3);
  expect(capacity.ladders).toBe(1);
});

test("what was measured counts, and corrects the next estimate", () => {
  let cpuMs = 1_000;
  const capacity = new TranscodeCapacity(1, () => cpuMs);
  const share = capacity.admit(0.2);
  share?.measure(0, 7);
  cpuMs += 4_000;
  share?.measure(8_000, 7);
  expect(capacity.usedCores).toBeCloseTo(0.5);
  // Two and a half times what was estimated: some of that is expected of the next one, too.
  expect(capacity.admit(0.4)).toBeUndefined();
  expect(capacity.admit(0.3)).toBeDefined();
});

test("estimates know pictures by size and rate", () => {
  const cores = (width: number, height: number, frameRate: number): number => {
    const source = { width, height, frameRate };
    return estimateCores(chooseLadder(BELOW_SOURCE, source).steps, source);
  };
  expect(cores(1280, 720, 30)).toBeGreaterThan(0.2);
  expect(cores(1280, 720, 30)).toBeLessThan(0.7);
  expect(cores(1920, 1080, 60)).toBeGreaterThan(2 * cores(1280, 720, 30));
});
