import { expect, test } from "vitest";
import { LossyCall } from "../../../testing/lossy-call.ts";
import { randomFrom } from "../../../testing/seeded-random.ts";

const MINUTE_MS = 60_000;

test.each([
  { name: "in one place", delayMs: 1 },
  { name: "on two continents", delayMs: 60 },
])("peers $name lose a packet of twenty, and no picture stands half a second", ({ delayMs }) => {
  for (const seed of [4, 8]) {
    const call = new LossyCall({ random: randomFrom(seed), lossUp: 0.05, lossDown: 0.05, delayMs });
    call.run(MINUTE_MS);
    expect(call.pictures).toBeGreaterThan(1_750);
    expect(call.longestFreezeMs).toBeLessThan(500);
  }
});

test("a keyframe takes the place of packets that are never repaired", () => {
  const call = new LossyCall({ random: randomFrom(1), lossUp: 0, lossDown: 0, delayMs: 1 });
  call.run(1_000);
  call.losesRepairs = true;
  call.lose(1);
  call.run(2_000);
  expect(call.keyframes).toBe(2);
  expect(call.longestFreezeMs).toBeGreaterThan(400);
  expect(call.longestFreezeMs).toBeLessThan(600);
});
