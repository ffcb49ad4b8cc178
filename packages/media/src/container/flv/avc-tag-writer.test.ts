import { expect, test } from "vitest";
import { MediaError } from "../../port/media-error.ts";
import { AvcTagWriter } from "./avc-tag-writer.ts";

const START = Buffer.of(0, 0, 0, 1);

test("a picture of very many parameter sets costs no more than reading it", () => {
  const sets = Array.from({ length: 16_000 }, (_, index) => {
    const set = Buffer.of(0x67, 0x42, 0xc0, 0x1f, 0x80, 0x80, 0x80);
    set.writeUInt16BE(index | 0x8000, 4);
    set.writeUInt8((index >> 8) | 0x80, 6);
    return Buffer.concat([START, set]);
  });
  const pps = Buffer.concat([START, Buffer.of(0x68, 0xce, 0x3c, 0x80)]);
  const picture = Buffer.concat([START, Buffer.of(0x65, 0x88, 0x84, 0x21)]);
  const [header] = new AvcTagWriter().write(Buffer.concat([...sets, pps, picture]), 0);
  // AVCDecoderConfigurationRecord behind the tag's five bytes: numOfSequenceParameterSets.
  expect((header?.[10] ?? 0) & 0x1f).toBe(31);
});

test("a picture of more units than a picture has ends the stream", () => {
  const units = Buffer.concat([START, Buffer.of(0x65)]);
  const write = (count: number) =>
    new AvcTagWriter().write(Buffer.alloc(count * units.length, units), 0);
  expect(write(16_384)).toEqual([]);
  expect(() => write(16_385)).toThrow(
    new MediaError("limit", "a picture has more than 16384 NAL units"),
  );
});
