import { expect, test } from "vitest";
import { parseAvcConfig } from "./avc-config.ts";
import { BitWriter } from "./bit-writer.ts";
import { parseHevcConfig } from "./hevc-config.ts";

const PPS = Buffer.from("68ce3c80", "hex");

/** A record with this profile, flags and level in its SPS, of a picture of one macroblock. */
function avc(profile: number, flags: number, level: number): Buffer {
  const sps = new BitWriter().bits(0x67, 8).bits(profile, 8).bits(flags, 8).bits(level, 8);
  sps.unsigned(0);
  // The oldest profiles have no choice of colours.
  if (![66, 77, 88].includes(profile)) sps.unsigned(1, 0, 0).bits(0, 2);
  sps.unsigned(0, 2, 1).flag(false).unsigned(0, 0).bits(0b1100, 4);
  const sized = (set: Buffer) => Buffer.concat([Buffer.of(0, set.length), set]);
  const head = Buffer.of(1, profile, flags, level, 0xff, 0xe1);
  return Buffer.concat([head, sized(sps.nalUnit()), Buffer.of(1), sized(PPS)]);
}

test.each([
  [66, 0x00, 30, "Baseline", "3.0"],
  [66, 0x40, 30, "Constrained Baseline", "3.0"],
  [66, 0x80, 30, "Baseline", "3.0"],
  [66, 0x20, 30, "Baseline", "3.0"],
  [77, 0x40, 31, "Main", "3.1"],
  [88, 0x00, 9, "Extended", "0.9"],
  [100, 0x00, 52, "High", "5.2"],
  [110, 0x00, 40, "High 10", "4.0"],
  [122, 0x00, 40, "High 4:2:2", "4.0"],
  [244, 0x00, 40, "High 4:4:4 Predictive", "4.0"],
  [118, 0x00, 40, "profile 118", "4.0"],
  // Level 1b: each of its conditions is needed.
  [77, 0x10, 11, "Main", "1b"],
  [66, 0x10, 11, "Baseline", "1b"],
  [77, 0x10, 12, "Main", "1.2"],
  [100, 0x10, 11, "High", "1.1"],
  [77, 0x0f, 11, "Main", "1.1"],
  [77, 0xe0, 11, "Main", "1.1"],
])("H.264 profile %i with flags %i at level %i is %s %s", (profile, flags, idc, name, level) => {
  const config = parseAvcConfig(avc(profile, flags, idc));
  const codec = `avc1.${Buffer.of(profile, flags, idc).toString("hex").toUpperCase()}`;
  expect(config).toMatchObject({ profile: name, level, codec });
});

const MAIN = Buffer.from(
  "0101600000009000000000003cf000fcfdf8f800000f03200001001840010c01ffff0160000003009000" +
    "0003000003003c959809210001002b42010101600000030090000003000003003ca00a080b9f79656692" +
    "4caf016808000003000800000300f04022000100074401c172b46240",
  "hex",
);

test.each([
  ["01", "60000000", "900000000000", "1.6.L60.90", "Main"],
  ["02", "20000000", "900000000000", "2.4.L60.90", "Main 10"],
  ["03", "70000000", "900000000000", "3.E.L60.90", "Main Still Picture"],
  ["04", "08000000", "9e0800000000", "4.10.L60.9E.8", "Format Range Extensions"],
  ["05", "04000001", "000000000000", "5.80000020.L60", "profile 5"],
  // Tier and profile space, and a constraint after one that is zero.
  ["21", "60000000", "900000000000", "1.6.H60.90", "Main"],
  ["41", "60000000", "900000000000", "A1.6.L60.90", "Main"],
  ["81", "60000000", "000000000001", "B1.6.L60.0.0.0.0.0.1", "Main"],
  ["e1", "60000000", "9000000000a0", "C1.6.H60.90.0.0.0.0.A0", "Main"],
])("H.265 profile %s, compatible with %s, with %s is hvc1.%s", (...row) => {
  const [profile, compatible, constraints, codec, name] = row;
  const record = Buffer.from(MAIN);
  record.write(profile + compatible + constraints, 1, "hex");
  expect(parseHevcConfig(record)).toMatchObject({ codec: `hvc1.${codec}`, profile: name });
});

const AVC = avc(100, 0, 40);
const LACKS = "lacks its parameter sets";
test.each([
  ["H.264 of another version", parseAvcConfig, AVC, 0, 2, "malformed"],
  ["H.264 with lengths of three bytes", parseAvcConfig, AVC, 4, 0xfe, LACKS],
  ["H.264 without an SPS", parseAvcConfig, AVC, 5, 0xe0, "cut short|lacks"],
  ["H.264 without a PPS", parseAvcConfig, AVC, AVC.length - 7, 0, LACKS],
  ["H.265 of another version", parseHevcConfig, MAIN, 0, 2, "malformed"],
  ["H.265 with lengths of three bytes", parseHevcConfig, MAIN, 21, 0x0e, LACKS],
  ["H.265 without a VPS", parseHevcConfig, MAIN, 23, 39, LACKS],
  ["H.265 without an SPS", parseHevcConfig, MAIN, 52, 39, LACKS],
  ["H.265 without a PPS", parseHevcConfig, MAIN, 100, 39, LACKS],
] as const)("%s is refused", (_, parse, record, at, byte, message) => {
  expect(() => parse(record)).not.toThrow();
  const changed = Buffer.from(record);
  changed[at] = byte;
  expect(() => parse(changed)).toThrow(new RegExp(message));
});
