import fc from "fast-check";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { freshModule } from "../testing/fresh-module.ts";
import type * as SegmentMemory from "./segment-memory.ts";

// Memory that other tests gave back would be taken from everybody's module.
const { discardMemory, holdMemory, isSegmentMemory, releaseMemory, takeMemory } = await freshModule<
  typeof SegmentMemory
>("./segment-memory.ts", import.meta.url);

beforeAll(() => {
  vi.useFakeTimers();
});
afterAll(() => {
  vi.useRealTimers();
});

test.each([1, 16_384, 16_385, 700_000, 1_048_576, 1_048_577])("%i bytes have room", (bytes) => {
  const { length } = takeMemory(bytes);
  expect(length).toBeGreaterThanOrEqual(bytes);
  expect(length).toBeLessThanOrEqual(Math.max(16_384, bytes * 1.25 + 1));
});

test("memory is used again once the last holder has released it, whichever view it had", () => {
  const memory = takeMemory(5_000_000);
  const body = memory.subarray(100, 4_000_000);
  holdMemory(body);
  holdMemory(memory);
  releaseMemory(body.subarray(5));
  expect(takeMemory(5_000_000) === memory).toBe(false);
  releaseMemory(memory);
  expect(takeMemory(5_000_000) === memory).toBe(true);
  // It is another's now, and was released as often as it was held.
  expect(() => releaseMemory(body)).toThrow("by those that hold it");
});

test("what nobody was given is used again at once, what is held isn't", () => {
  const memory = takeMemory(3_000_000);
  holdMemory(memory);
  discardMemory(memory);
  expect(takeMemory(3_000_000) === memory).toBe(false);
  releaseMemory(memory);
  discardMemory(takeMemory(3_000_000));
  expect(takeMemory(3_000_000) === memory).toBe(true);
});

test("memory that nobody needs for a while goes back to the system, and no other", () => {
  const bytes = 9_000_000;
  const taken = Array.from({ length: 5 }, () => takeMemory(bytes));
  for (const memory of taken) discardMemory(memory);
  for (let second = 0; second < 60; second += 1) {
    const two = [takeMemory(bytes), takeMemory(bytes)];
    for (const memory of two) discardMemory(memory);
    vi.advanceTimersByTime(1_000);
  }
  const left = Array.from({ length: 5 }, () => takeMemory(bytes));
  expect(left.filter((memory) => taken.includes(memory))).toHaveLength(2);
});

test("other buffers are nobody's to release", () => {
  const other = Buffer.alloc(10);
  expect(isSegmentMemory(other)).toBe(false);
  holdMemory(other);
  releaseMemory(other);
  releaseMemory(other);
  discardMemory(other);
  expect(isSegmentMemory(takeMemory(10))).toBe(true);
});

test("no two holders have the same memory, in whatever order it is taken and released", () => {
  const steps = fc.array(
    fc.record({ bytes: fc.integer({ min: 1, max: 60_000 }), release: fc.nat(20) }),
    { maxLength: 200 },
  );
  fc.assert(
    fc.property(steps, (given) => {
      const held: { readonly memory: Buffer; readonly mark: number }[] = [];
      for (const [mark, { bytes, release }] of given.entries()) {
        const memory = takeMemory(bytes);
        holdMemory(memory);
        memory.fill(mark % 251);
        held.push({ memory, mark: mark % 251 });
        const [released] = held.length > release ? held.splice(release, 1) : [];
        if (released !== undefined) releaseMemory(released.memory);
      }
      const changed = held.filter(
        ({ memory, mark }) => !memory.equals(Buffer.alloc(memory.length, mark)),
      );
      for (const { memory } of held) releaseMemory(memory);
      expect(changed).toHaveLength(0);
    }),
    { numRuns: 30 },
  );
});
