import { expect, test } from "vitest";
import type { Segment } from "../container/segment.ts";
import { segment } from "../testing/synthetic-media.ts";
import { FileBoundaries, FileJoiner } from "./file-joiner.ts";

const shape = (segments: readonly Segment[]) => {
  const boundaries = new FileBoundaries(10_000);
  const joiners = ["720p30", "160p30"].map((name) => new FileJoiner(name, boundaries));
  return joiners.map((joiner, index) => {
    // The second rendition's segments are measured a little longer: its files end with the first
    // one's all the same.
    const own = segments.map((one) => ({ ...one, durationMs: one.durationMs + 30 * index }));
    const files = [...own.flatMap((one) => joiner.add(one).files), ...joiner.flush()];
    return files.map(({ row }) => [row.index, row.byteRanges.length, row.discontinuity]);
  });
};

test.each([
  ["2 s", Array.from({ length: 12 }, (_, index) => segment({ index }))],
  ["2.85 s", Array.from({ length: 9 }, (_, index) => segment({ index, durationMs: 2_850 }))],
  [
    "2 s with a jump",
    Array.from({ length: 9 }, (_, index) => segment({ index, discontinuity: index === 3 })),
  ],
])("files of all renditions end at the same segments of %s", (_, segments) => {
  const [first, second] = shape(segments);
  expect(first?.length).toBeGreaterThan(2);
  expect(second).toEqual(first);
});
