import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MediaError } from "../media-error.ts";
import { parseAacConfig, writeAdtsHeader } from "./aac-config.ts";
import { toAnnexB } from "./avc-access-unit.ts";
import { parseAvcConfig } from "./avc-config.ts";

/** Sequence headers as ffmpeg's libx264 and AAC encoders wrote them. */
const RECORDS = [
  [
    "1080p60 High, cropped",
    "0164002affe1001b6764002aacd940780227e5c044000003000400000301e03c60c65801000668ebe3cb22c0fdf8f800",
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
    "01640028ffe1001a67640028acd94078044fde0220000003002000000643e2c5b2c001000668fba3cb22c0fdf8f800",
    { codec: "avc1.640028", profile: "High", level: "4.0", size: [1920, 1080], rate: 25 },
  ],
  [
    "480p29.97 Main",
    "014d401fffe10017674d401feca06c1ef37808800001f480007530078c18cb01000568ebe3cb20",
    { codec: "avc1.4D401F", profile: "Main", level: "3.1", size: [854, 480], rate: 30_000 / 1_001 },
  ],
  [
    "360p24 High 4:4:4",
    "01f4001effe1001b67f4001e919b281405ff1380880000030008000003018078b16cb001000668ebe3c44844fff8f800",
    {
      codec: "avc1.F4001E",
      profile: "High 4:4:4 Predictive",
      level: "3.0",
      size: [640, 360],
      rate: 24,
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

describe("AVC sequence header", () => {
  test.for(RECORDS)("%s gives size, rate, profile, level and codec", ([, hex, expected]) => {
    const config = parseAvcConfig(Buffer.from(hex, "hex"));
    const { codec, profile, level, sps } = config;
    expect({ codec, profile, level, size: [sps.width, sps.height] }).toEqual({
      codec: expected.codec,
      profile: expected.profile,
      level: expected.level,
      size: expected.size,
    });
    expect(sps.frameRate).toBeCloseTo(expected.rate, 3);
    expect(config.parameterSets.subarray(0, 5)).toEqual(Buffer.of(0, 0, 0, 1, 0x67));
  });

  test("cut, flipped or random bytes end in a typed error or in a configuration", () => {
    const damaged = fc
      .tuple(fc.constantFrom(...RECORDS), fc.nat(60), fc.nat(255), fc.nat(60))
      .map(([[, hex], at, value, length]) => {
        const bytes = Buffer.from(hex, "hex");
        bytes[at % bytes.length] = value;
        return bytes.subarray(0, bytes.length - (length % bytes.length));
      });
    const random = fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.oneof(damaged, random), (bytes) =>
        onlyTypedErrors(() => parseAvcConfig(bytes)),
      ),
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

describe("access units", () => {
  const nal = fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => Buffer.from(bytes));

  test("length prefixes of every size become start codes, without a leading delimiter", () => {
    fc.assert(
      fc.property(
        fc.array(nal),
        fc.constantFrom(1, 2, 4),
        fc.boolean(),
        (nals, size, delimited) => {
          const delimiter = delimited ? [Buffer.of(9, 0xf0)] : [];
          const units = [...delimiter, ...nals].map((unit) => {
            const prefix = Buffer.alloc(size);
            prefix.writeUIntBE(unit.length, 0, size);
            return Buffer.concat([prefix, unit]);
          });
          const isDelimiter = (unit: Buffer | undefined): boolean => ((unit?.[0] ?? 0) & 31) === 9;
          const kept = nals.slice(delimited || !isDelimiter(nals[0]) ? 0 : 1);
          const { bytes } = toAnnexB(Buffer.concat(units), size);
          const expected = kept.flatMap((unit) => [Buffer.of(0, 0, 0, 1), unit]);
          expect(bytes.equals(Buffer.concat(expected))).toBe(true);
        },
      ),
    );
  });

  test("a length that points past the end is a protocol error", () => {
    const units = Buffer.of(0, 0, 0, 9, 0x65, 1);
    expect(() => toAnnexB(units, 4)).toThrow(expect.objectContaining({ code: "protocol" }));
  });
});
