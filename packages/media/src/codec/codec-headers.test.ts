import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MediaError } from "../port/media-error.ts";
import { parseAacConfig, writeAdtsHeader } from "./aac-config.ts";
import { parseAvcConfig } from "./avc-config.ts";
import { parseHevcConfig } from "./hevc-config.ts";

/** Sequence headers as ffmpeg's libx264 and AAC encoders wrote them. */
const RECORDS = [
  [
    "1080p60 High, cropped",
    "0164002affe1001b6764002aacd940780227e5c044000003000400000301e03c60c65801000668ebe3cb" +
      "22c0fdf8f800",
    { codec: "avc1.64002A", profile: "High", level: "4.2", size: [1920, 1080], rate: 60 },
  ],
  [
    "180p30 Constrained Baseline",
    "0142c01effe100196742c01ed901419f9f0110000003001000000303c0f162e48001000568cb83cb20",
    {
      codec: "avc1.42C01E",
      profile: "Constrained Baseline",
      level: "3.0",
      size: [320, 180],
      rate: 30,
    },
  ],
  [
    "1080i25 High, field coded",
    "01640028ffe1001a67640028acd94078044fde0220000003002000000643e2c5b2c001000668fba3cb22" +
      "c0fdf8f800",
    { codec: "avc1.640028", profile: "High", level: "4.0", size: [1920, 1080], rate: 25 },
  ],
  [
    "480p29.97 Main",
    "014d401fffe10017674d401feca06c1ef37808800001f480007530078c18cb01000568ebe3cb20",
    { codec: "avc1.4D401F", profile: "Main", level: "3.1", size: [854, 480], rate: 30_000 / 1_001 },
  ],
  [
    "360p24 High 4:4:4",
    "01f4001effe1001b67f4001e919b281405ff1380880000030008000003018078b16cb001000668ebe3c4" +
      "4844fff8f800",
    {
      codec: "avc1.F4001E",
      profile: "High 4:4:4 Predictive",
      level: "3.0",
      size: [640, 360],
      rate: 24,
    },
  ],
] as const;

/** As ffmpeg's libx265 wrote them, without its settings in an SEI message. */
const HEVC_RECORDS = [
  [
    "180p30 Main",
    "0101600000009000000000003cf000fcfdf8f800000f03200001001840010c01ffff0160000003009000" +
      "0003000003003c959809210001002b42010101600000030090000003000003003ca00a080b9f79656692" +
      "4caf016808000003000800000300f04022000100074401c172b46240",
    { codec: "hvc1.1.6.L60.90", profile: "Main", level: "2.0", size: [320, 180], rate: 30 },
  ],
  [
    "180p30 Main 10",
    "0102200000009000000000003cf000fcfdfafa00000f03200001001840010c01ffff0220000003009000" +
      "0003000003003c959809210001002a42010102200000030090000003000003003ca00a080b9f6d965669" +
      "24caf0168080000003008000000f0422000100074401c172b46240",
    { codec: "hvc1.2.4.L60.90", profile: "Main 10", level: "2.0", size: [320, 180], rate: 30 },
  ],
  [
    "480p60 Main with scaling lists, cropped",
    "0101600000009000000000005df000fcfdf8f800000f03200001001840010c01ffff0160000003009000" +
      "0003000003005d959409210001002c42010101600000030090000003000003005da006c201e1cde59595" +
      "29385e02d010000003001000000303c08022000100064401c073c189",
    { codec: "hvc1.1.6.L93.90", profile: "Main", level: "3.1", size: [854, 480], rate: 60 },
  ],
  [
    "1078p29.97 4:4:4, cropped",
    "0104080000009e080000000078f000fcfff8f800000f03200001001740010c01ffff0408000003009e08" +
      "000003000078959409210001002b4201010408000003009e08000003000078900078100220ee2f2caca9" +
      "4985e02d0100000303e9000075300822000100084401c07318301890",
    {
      codec: "hvc1.4.10.L120.9E.8",
      profile: "Format Range Extensions",
      level: "4.0",
      size: [1_918, 1_078],
      rate: 30_000 / 1_001,
    },
  ],
] as const;

/** Whatever a parser makes of it, a stranger's bytes may only end in the typed error. */
function onlyTypedErrors(parse: () => unknown): void {
  try {
    parse();
  } catch (error) {
    expect(error).toBeInstanceOf(MediaError);
  }
}

describe.each([
  { name: "AVC", records: RECORDS, parse: parseAvcConfig, firstNalType: 0x67 },
  { name: "HEVC", records: HEVC_RECORDS, parse: parseHevcConfig, firstNalType: 0x40 },
])("$name sequence header", ({ records, parse, firstNalType }) => {
  test.for([...records])("%s gives size, rate, profile, level and codec", ([, hex, expected]) => {
    const config = parse(Buffer.from(hex, "hex"));
    const { codec, profile, level, sps } = config;
    expect({ codec, profile, level, size: [sps.width, sps.height] }).toEqual({
      codec: expected.codec,
      profile: expected.profile,
      level: expected.level,
      size: expected.size,
    });
    expect(sps.frameRate).toBeCloseTo(expected.rate, 3);
    expect(config.parameterSets.subarray(0, 5)).toEqual(Buffer.of(0, 0, 0, 1, firstNalType));
  });

  test("cut, flipped or random bytes end in a typed error or in a configuration", () => {
    const damaged = fc
      .tuple(fc.constantFrom(...records), fc.nat(110), fc.nat(255), fc.nat(110))
      .map(([[, hex], at, value, length]) => {
        const bytes = Buffer.from(hex, "hex");
        bytes[at % bytes.length] = value;
        return bytes.subarray(0, bytes.length - (length % bytes.length));
      });
    const random = fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.oneof(damaged, random), (bytes) => onlyTypedErrors(() => parse(bytes))),
      { numRuns: 2_000 },
    );
  });
});

describe("AAC sequence header", () => {
  test.for([
    ["119056e500", 48_000, 2, "mp4a.40.2"],
    ["120856e500", 44_100, 1, "mp4a.40.2"],
    ["1390", 22_050, 2, "mp4a.40.2"],
    ["2b098800", 24_000, 1, "mp4a.40.5"],
  ] as const)("%s is %i Hz with %i channels", ([hex, sampleRate, channels, codec]) => {
    expect(parseAacConfig(Buffer.from(hex, "hex"))).toMatchObject({ sampleRate, channels, codec });
  });

  test("ADTS carries profile, rate, channels and length", () => {
    const header = Buffer.alloc(7);
    writeAdtsHeader(parseAacConfig(Buffer.from("1190", "hex")), 1_000, header, 0);
    expect(header.toString("hex")).toBe("fff14c807dfffc");
  });

  test("random bytes end in a typed error or in a configuration", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 8 }), (bytes) =>
        onlyTypedErrors(() => parseAacConfig(Buffer.from(bytes))),
      ),
    );
  });
});
