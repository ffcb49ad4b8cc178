import { expect, test } from "vitest";
import { eventMessage, renderFragment, upToFirstSample } from "./fragment.ts";

const sample = (size: number, isSync: boolean) => ({
  ...{ size, isSync, duration: 3_000, compositionOffset: 0 },
});

test("what decodes a segment's first picture is its boxes up to that one, whatever follows", () => {
  const samples = [sample(500, true), sample(70_000, false)];
  const body = Buffer.alloc(70_500, 2).fill(1, 0, 500);
  const audio = { id: 2, startTime: 0, samples: [sample(90, true)], body: Buffer.alloc(90, 3) };
  const fragment = renderFragment(1, [{ id: 1, startTime: 0, samples, body }, audio]);
  const message = eventMessage(90_000, 0, 1, Buffer.from("ID3"));
  const segment = Buffer.concat([message, fragment, fragment]);
  const first = upToFirstSample(segment);
  expect(first.length).toBe(message.length + fragment.length - 70_000 - 90);
  expect(first.subarray(-500)).toEqual(Buffer.alloc(500, 1));
  expect(segment.subarray(0, first.length)).toEqual(first);
});
