import { expect, test } from "vitest";
import { MediaError } from "../../port/media-error.ts";
import { AvcUnits } from "./avc-units.ts";

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
  const { config } = new AvcUnits().read(Buffer.concat([...sets, pps, picture]));
  // AVCDecoderConfigurationRecord: numOfSequenceParameterSets.
  expect((config?.[5] ?? 0) & 0x1f).toBe(31);
});

test("a picture of more units than a picture has ends the stream", () => {
  const units = Buffer.concat([START, Buffer.of(0x65)]);
  const read = (count: number) => new AvcUnits().read(Buffer.alloc(count * units.length, units));
  expect(read(16_384)).toEqual({ config: undefined, picture: undefined });
  expect(() => read(16_385)).toThrow(
    new MediaError("limit", "a picture has more than 16384 NAL units"),
  );
});
