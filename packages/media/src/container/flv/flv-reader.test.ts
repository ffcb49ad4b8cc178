import fc from "fast-check";
import { expect, test } from "vitest";
import { FlvReader } from "./flv-reader.ts";
import { audioConfigTag, audioTag, flvHeader, videoConfigTag, videoTag } from "./flv-writer.ts";

const file = Buffer.concat([
  flvHeader(true),
  videoConfigTag(10_000, Buffer.from("record")),
  audioConfigTag(10_000, Buffer.of(0x11, 0x90)),
  videoTag(10_000, -40, true, [Buffer.alloc(300, 1)]),
  audioTag(2 ** 24 + 5, Buffer.alloc(20, 2)),
  videoTag(2 ** 24 + 33, 80, false, [Buffer.alloc(70_000, 3)]),
]);

function read(chunks: readonly Buffer[]) {
  const tags: [number, number, string][] = [];
  const reader = new FlvReader(100_000, (type, timestampMs, body) =>
    tags.push([type, timestampMs, body.toString("hex")]),
  );
  for (const chunk of chunks) {
    reader.push(chunk);
  }
  return tags;
}

test("what was written comes back, however it is cut into chunks", () => {
  const whole = read([file]);
  expect(whole.map(([type, timestampMs]) => [type, timestampMs])).toEqual([
    [9, 10_000],
    [8, 10_000],
    [9, 10_000],
    [8, 2 ** 24 + 5],
    [9, 2 ** 24 + 33],
  ]);
  expect(whole[2]?.[2]).toMatch(/^1701ffffd80000012c01/);
  const cuts = fc.array(fc.nat(file.length), { maxLength: 12 });
  fc.assert(
    fc.property(cuts, (given) => {
      const at = [0, ...given.sort((a, b) => a - b), file.length];
      const chunks = at.slice(1).map((end, index) => file.subarray(at[index], end));
      expect(read(chunks)).toEqual(whole);
    }),
    { numRuns: 50 },
  );
});

test("what isn't FLV, and a tag beyond the bound, is refused", () => {
  expect(() => read([Buffer.alloc(20, 0x47)])).toThrow("not FLV");
  expect(() => read([flvHeader(false), videoTag(0, 0, true, [Buffer.alloc(100_001)])])).toThrow(
    "a tag of 100010 bytes",
  );
});
