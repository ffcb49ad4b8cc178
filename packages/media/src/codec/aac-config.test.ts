import { describe, expect, test } from "vitest";
import { ADTS_FRAME_BYTES_MAX, parseAacConfig, writeAdtsHeader } from "./aac-config.ts";
import { BitWriter } from "./bit-writer.ts";

/** ISO/IEC 14496-3, table 1.18. */
const RATES = [
  96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000,
  7_350,
];
/** Table 1.19. */
const CHANNELS = [1, 2, 3, 4, 5, 6, 8];

function record(type: number, rate: number, channels: number, ...base: number[]): Buffer {
  const writer = new BitWriter();
  if (type < 31) writer.bits(type, 5);
  else writer.bits(31, 5).bits(type - 32, 6);
  writer.bits(rate, 4).bits(channels, 4);
  const [baseRate, baseType] = base;
  if (baseRate !== undefined) writer.bits(baseRate, 4);
  if (baseRate === 15) writer.bits(48_000, 24);
  if (baseType !== undefined) writer.bits(baseType, 5);
  return writer.bits(0, 3).nalUnit();
}

test("each rate, each layout and each profile that ADTS can carry comes back in its header", () => {
  for (const [rate, sampleRate] of RATES.entries())
    for (const [index, channels] of CHANNELS.entries())
      for (const objectType of [1, 2, 3, 4]) {
        const config = parseAacConfig(record(objectType, rate, index + 1));
        const codec = `mp4a.40.${objectType}`;
        expect(config).toMatchObject({ objectType, sampleRate, channels, codec });
        const frameBytes = 1_000 + rate;
        const header = Buffer.alloc(9, 0xaa);
        writeAdtsHeader(config, frameBytes, header, 1);
        // ISO/IEC 13818-7, 6.2: syncword, MPEG-2, no CRC, one frame, a buffer of any fullness.
        const expected = new BitWriter()
          .bits(0xfff, 12)
          .bits(0b0001, 4)
          .bits(objectType - 1, 2);
        expected
          .bits(rate, 4)
          .bits(0, 1)
          .bits(index + 1, 3)
          .bits(0, 4);
        expected
          .bits(frameBytes + 7, 13)
          .bits(0x7ff, 11)
          .bits(0, 2);
        const bytes = expected.nalUnit().subarray(0, 7);
        expect(header).toEqual(Buffer.concat([Buffer.of(0xaa), bytes, Buffer.of(0xaa)]));
      }
  // The length of a frame with its header has 13 bits.
  expect(ADTS_FRAME_BYTES_MAX).toBe(2 ** 13 - 1);
});

describe("an AAC sequence header", () => {
  test.each([
    ["SBR", record(5, 6, 2, 3, 2), { codec: "mp4a.40.5", sampleRate: 24_000, objectType: 2 }],
    ["PS", record(29, 6, 1, 3, 2), { codec: "mp4a.40.29", sampleRate: 24_000, objectType: 2 }],
    ["SBR to a rate of its own", record(5, 6, 2, 15, 2), { codec: "mp4a.40.5", objectType: 2 }],
  ])("with %s is read to the profile that it extends", (_, bytes, expected) => {
    expect(parseAacConfig(bytes)).toMatchObject(expected);
  });

  test.each([
    ["rate 13", record(2, 13, 2), /layout or rate/],
    ["rate 14", record(2, 14, 2), /layout or rate/],
    ["a rate of its own", record(2, 15, 2), /explicit sample rate/],
    ["channels that are declared elsewhere", record(2, 3, 0), /layout or rate/],
    ["layout 8", record(2, 3, 8), /layout or rate/],
    ["object type 0", record(0, 3, 2), /object type 0 /],
    ["object type 6", record(6, 3, 2), /object type 6 /],
    ["object type 42", record(42, 3, 2), /object type 42 /],
    ["SBR over object type 22", record(5, 3, 2, 3, 22), /object type 22 /],
  ])("with %s is refused as what it is", (_, bytes, message) => {
    expect(() => parseAacConfig(bytes)).toThrow(
      expect.objectContaining({
        code: "unsupported-media",
        message: expect.stringMatching(message),
      }),
    );
  });
});
