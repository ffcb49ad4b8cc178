import { expect, test } from "vitest";
import { frameRate } from "./frame-rate.ts";

const at = (frames: number, atMs: number, isPlaying = true) => ({ frames, atMs, isPlaying });

test("a rate is the pictures between two looks, by their time", () => {
  expect(frameRate(at(10, 1_000), at(70, 3_000))).toBe(30);
});

test.each([
  ["before the first look", undefined, at(60, 2_000)],
  ["where it had not begun", at(0, 0, false), at(40, 2_000)],
  ["where it stands still", at(60, 2_000), at(60, 4_000)],
  ["while it is paused", at(60, 2_000), at(61, 4_000, false)],
  ["after the player began anew", at(60, 2_000), at(3, 4_000)],
])("there is none %s", (_, before, now) => {
  expect(frameRate(before, now)).toBeUndefined();
});
