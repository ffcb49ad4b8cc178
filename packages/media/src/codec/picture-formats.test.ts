import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseAvcSps } from "./avc-sps.ts";
import { BitWriter } from "./bit-writer.ts";
import { parseHevcSps } from "./hevc-sps.ts";

/*
 * Sequence parameter sets with any of their optional elements, written as the standards' syntax
 * tables have them: one that is read wrongly moves all that come after it.
 */
const small = fc.nat(40);
const size = fc.integer({ min: 1, max: 1_024 });
const crop = fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3), fc.nat(3));
const deltas = (length: number) =>
  fc.array(fc.integer({ min: -3, max: 4 }), { minLength: length, maxLength: length });

/** Elements before the timing, which H.264 and H.265 have alike. */
const vui = fc.record({
  aspect: fc.option(fc.constantFrom(1, 16, 254, 255)),
  overscan: fc.boolean(),
  signal: fc.option(fc.boolean()),
  chromaSite: fc.boolean(),
  window: fc.option(crop),
  timing: fc.option(
    fc.record({ units: fc.integer({ min: 1, max: 2 ** 32 - 1 }), scale: fc.nat(2 ** 32 - 1) }),
  ),
});
type Vui = typeof vui extends fc.Arbitrary<infer T> ? T : never;

function writeVui(writer: BitWriter, given: Vui | null, isHevc: boolean): void {
  writer.flag(given !== null);
  if (given === null) return;
  const { aspect, overscan, signal, chromaSite, window, timing } = given;
  writer.flag(aspect !== null);
  if (aspect !== null) writer.bits(aspect, 8);
  if (aspect === 255) writer.bits(0x12345678, 32);
  writer.flag(overscan);
  if (overscan) writer.flag(true);
  writer.flag(signal !== null);
  if (signal !== null) writer.bits(0b1011, 4).flag(signal);
  if (signal) writer.bits(0x010d01, 24);
  writer.flag(chromaSite);
  if (chromaSite) writer.unsigned(1, 2);
  if (isHevc) {
    writer.bits(0b101, 3).flag(window !== null);
    if (window !== null) writer.unsigned(...window);
  }
  writer.flag(timing !== null);
  if (timing !== null) writer.bits(timing.units, 32).bits(timing.scale, 32);
}

/** By the timing, which counts fields in H.264. */
function rateOf(given: Vui | null, ticksPerFrame: number): number | undefined {
  const { units = 0, scale = 0 } = given?.timing ?? {};
  return scale === 0 ? undefined : scale / units / ticksPerFrame;
}

describe("a sequence parameter set gives size and rate, whatever else is in it: H.264", () => {
  const HIGH = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135];
  const avc = fc.record({
    profile: fc.constantFrom(66, 77, 88, ...HIGH),
    flags: fc.nat(255),
    level: fc.nat(255),
    chroma: fc.nat(3),
    lists: fc.option(fc.array(fc.option(deltas(64)), { minLength: 12, maxLength: 12 })),
    order: fc.oneof(
      fc.constantFrom(0 as const, 2 as const),
      fc.array(fc.integer({ min: -9, max: 9 }), { maxLength: 6 }),
    ),
    small,
    width: size,
    height: fc.integer({ min: 1, max: 500 }),
    isFrame: fc.boolean(),
    crop: fc.option(crop),
    vui: fc.option(vui),
  });

  test("any", () => {
    fc.assert(
      fc.property(avc, (sps) => {
        const isHigh = HIGH.includes(sps.profile);
        const writer = new BitWriter().bits(0x67, 8).bits(sps.profile, 8);
        writer.bits(sps.flags, 8).bits(sps.level, 8).unsigned(sps.small);
        if (isHigh) {
          writer.unsigned(sps.chroma);
          if (sps.chroma === 3) writer.flag(false);
          writer
            .unsigned(2, 2)
            .flag(false)
            .flag(sps.lists !== null);
          const lists = (sps.lists ?? []).slice(0, sps.chroma === 3 ? 12 : 8);
          for (const [index, list] of lists.entries()) {
            writer.flag(list !== null);
            if (list !== null) writeScalingList(writer, list.slice(0, index < 6 ? 16 : 64));
          }
        }
        writer.unsigned(4);
        if (typeof sps.order === "number") {
          writer.unsigned(sps.order);
          if (sps.order === 0) writer.unsigned(5);
        } else {
          writer.unsigned(1).flag(true).signed(-1, 2).unsigned(sps.order.length);
          writer.signed(...sps.order);
        }
        writer
          .unsigned(3)
          .flag(true)
          .unsigned(sps.width - 1, sps.height - 1)
          .flag(sps.isFrame);
        if (!sps.isFrame) writer.flag(true);
        writer.flag(true).flag(sps.crop !== null);
        if (sps.crop !== null) writer.unsigned(...sps.crop);
        writeVui(writer, sps.vui, false);
        // Table 6-1, and 7.4.2.1.1 for fields.
        const chroma = isHigh ? sps.chroma : 1;
        const rows = sps.isFrame ? 1 : 2;
        const [left, right, top, bottom] = sps.crop ?? [0, 0, 0, 0];
        const width = 16 * sps.width - (left + right) * (chroma === 1 || chroma === 2 ? 2 : 1);
        const height = 16 * sps.height * rows - (top + bottom) * (chroma === 1 ? 2 : 1) * rows;
        const read = () => parseAvcSps(writer.nalUnit());
        if (width <= 0 || height <= 0) expect(read).toThrow("crops the whole picture away");
        else
          expect(read()).toEqual({
            profileIdc: sps.profile,
            constraintFlags: sps.flags,
            levelIdc: sps.level,
            width,
            height,
            frameRate: rateOf(sps.vui, 2),
          });
      }),
      { numRuns: 400 },
    );
  });

  /** 7.3.2.1.1.1: a scale of 0 ends it. */
  function writeScalingList(writer: BitWriter, list: readonly number[]): void {
    let last = 8;
    for (const delta of list) {
      writer.signed(delta);
      const next = (last + delta + 256) % 256;
      if (next === 0) return;
      last = next;
    }
  }

  const plain = (chroma: number, width: number, cycle: number) =>
    new BitWriter()
      .bits(0x67640028, 32)
      .unsigned(0, chroma, 0, 0)
      .bits(0, 2)
      .unsigned(0, 1)
      .flag(false)
      .unsigned(0, 0, cycle, ...Array(cycle).fill(0), 1)
      .flag(false)
      .unsigned(width - 1, 8)
      .bits(0b1100, 4)
      .nalUnit();

  test.each([
    ["chroma", plain(2, 9, 1), plain(4, 9, 1), "chroma format 4"],
    ["width", plain(1, 1_024, 1), plain(1, 1_025, 1), "impossible picture size"],
    ["cycle", plain(1, 9, 255), plain(1, 9, 256), "too many reference frames"],
  ])("just enough %s is read, one more isn't", (_, enough, more, message) => {
    expect(parseAvcSps(enough)).toMatchObject({ height: 144 });
    expect(() => parseAvcSps(more)).toThrow(message);
  });
});

describe("a sequence parameter set gives size and rate, whatever else is in it: H.265", () => {
  const set = fc.record({
    /** The fates of the pictures that the set before it names: used, kept for later, dropped. */
    fates: fc.option(fc.array(fc.nat(2), { minLength: 17, maxLength: 17 })),
    negative: fc.nat(8),
    positive: fc.nat(8),
  });
  const hevc = fc.record({
    layers: fc.array(fc.record({ profile: fc.boolean(), level: fc.boolean() }), { maxLength: 6 }),
    chroma: fc.nat(3),
    width: fc.integer({ min: 1, max: 16_384 }),
    height: fc.integer({ min: 1, max: 16_384 }),
    crop: fc.option(crop),
    order: fc.nat(12),
    perLayer: fc.boolean(),
    lists: fc.constantFrom("none", "default", "given"),
    predicted: fc.boolean(),
    pcm: fc.boolean(),
    sets: fc.array(set, { maxLength: 5 }),
    longTerm: fc.option(fc.nat(32)),
    vui: fc.option(vui),
  });

  test("any", () => {
    fc.assert(
      fc.property(hevc, (sps) => {
        const writer = new BitWriter().bits(0x4201, 16).bits(0, 4).bits(sps.layers.length, 3);
        writer.flag(true);
        writeProfile(writer).bits(93, 8);
        for (const { profile, level } of sps.layers) writer.flag(profile).flag(level);
        if (sps.layers.length > 0) writer.bits(0, 2 * (8 - sps.layers.length));
        for (const { profile, level } of sps.layers) {
          if (profile) writeProfile(writer);
          if (level) writer.bits(90, 8);
        }
        writer.unsigned(0, sps.chroma);
        if (sps.chroma === 3) writer.flag(true);
        writer.unsigned(sps.width, sps.height).flag(sps.crop !== null);
        if (sps.crop !== null) writer.unsigned(...sps.crop);
        writer.unsigned(2, 2, sps.order).flag(sps.perLayer);
        for (let layer = sps.perLayer ? 0 : sps.layers.length; layer <= sps.layers.length; layer++)
          writer.unsigned(4, 2, 0);
        writer.unsigned(0, 3, 0, 3, 1, 1).flag(sps.lists !== "none");
        if (sps.lists !== "none") writer.flag(sps.lists === "given");
        if (sps.lists === "given") writeScalingLists(writer, sps.predicted);
        writer.bits(0b10, 2).flag(sps.pcm);
        if (sps.pcm) writer.bits(0x77, 8).unsigned(0, 1).flag(true);
        writeShortTermSets(writer, sps.sets);
        writer.flag(sps.longTerm !== null);
        if (sps.longTerm !== null) {
          writer.unsigned(sps.longTerm);
          for (let index = 0; index < sps.longTerm; index++) writer.bits(1, sps.order + 4 + 1);
        }
        writer.bits(0b11, 2);
        writeVui(writer, sps.vui, true);
        const [left, right, top, bottom] = sps.crop ?? [0, 0, 0, 0];
        const { chroma } = sps;
        const width = sps.width - (left + right) * (chroma === 1 || chroma === 2 ? 2 : 1);
        const height = sps.height - (top + bottom) * (chroma === 1 ? 2 : 1);
        const read = () => parseHevcSps(writer.nalUnit());
        if (width <= 0 || height <= 0) expect(read).toThrow("crops the whole picture away");
        else expect(read()).toEqual({ width, height, frameRate: rateOf(sps.vui, 1) });
      }),
      { numRuns: 400 },
    );
  });

  /** 88 bits that aren't alike. */
  function writeProfile(writer: BitWriter): BitWriter {
    return writer.bits(0x21, 8).bits(0x60000003, 32).bits(0x90000001, 32).bits(0x0203, 16);
  }

  /** 7.3.4 */
  function writeScalingLists(writer: BitWriter, isPredicted: boolean): void {
    for (let sizeId = 0; sizeId < 4; sizeId++)
      for (let matrix = 0; matrix < (sizeId === 3 ? 2 : 6); matrix++) {
        writer.flag(!isPredicted);
        if (isPredicted) writer.unsigned(matrix);
        else {
          if (sizeId > 1) writer.signed(-4);
          writer.signed(...Array(sizeId === 0 ? 16 : 64).fill(1));
        }
      }
  }

  type Sets =
    typeof hevc extends fc.Arbitrary<infer T extends { sets: unknown }> ? T["sets"] : never;

  /** 7.3.7 */
  function writeShortTermSets(writer: BitWriter, sets: Sets): void {
    writer.unsigned(sets.length);
    let before = 0;
    for (const [index, { fates, negative, positive }] of sets.entries()) {
      if (index > 0) writer.flag(fates !== null);
      if (index > 0 && fates !== null) {
        writer.flag(true).unsigned(1);
        const named = fates.slice(0, before + 1);
        // One more than there may be would be refused.
        if (before === 16) named[0] = 2;
        for (const fate of named) {
          writer.flag(fate === 0);
          if (fate !== 0) writer.flag(fate === 1);
        }
        before = named.filter((fate) => fate !== 2).length;
      } else {
        writer.unsigned(negative, positive);
        for (let picture = 0; picture < negative + positive; picture++)
          writer.unsigned(picture).flag(true);
        before = negative + positive;
      }
    }
  }

  const plain = (chroma: number, width: number, sets: number, pictures: number, longTerm = 0) => {
    const writer = new BitWriter().bits(0x420101, 24);
    writeProfile(writer).bits(93, 8).unsigned(0, chroma);
    if (chroma === 3) writer.flag(false);
    writer.unsigned(width, 90).flag(false).unsigned(0, 0, 0).flag(true).unsigned(0, 0, 0);
    writer.unsigned(0, 0, 0, 0, 0, 0).bits(0, 4).unsigned(sets);
    for (let index = 0; index < sets; index++) {
      if (index > 0) writer.flag(false);
      writer.unsigned(pictures, 0);
      for (let picture = 0; picture < pictures; picture++) writer.unsigned(0).flag(true);
    }
    writer
      .flag(true)
      .unsigned(longTerm)
      .bits(0, 5 * Math.min(longTerm, 6));
    for (let rest = 6; rest < longTerm; rest++) writer.bits(0, 5);
    return writer.bits(0, 3).nalUnit();
  };

  test.each([
    ["chroma", plain(3, 99, 1, 1), plain(4, 99, 1, 1), "chroma format 4"],
    ["width", plain(1, 16_384, 1, 1), plain(1, 16_385, 1, 1), "impossible picture size"],
    ["sets", plain(1, 99, 64, 1), plain(1, 99, 65, 1), "too many reference pictures"],
    ["pictures", plain(1, 99, 1, 16), plain(1, 99, 1, 17), "too many reference pictures"],
    ["long-term ones", plain(1, 9, 1, 1, 32), plain(1, 9, 1, 1, 33), "too many reference pictures"],
  ])("just enough %s are read, one more isn't", (_, enough, more, message) => {
    expect(parseHevcSps(enough)).toMatchObject({ height: 90 });
    expect(() => parseHevcSps(more)).toThrow(message);
  });
});
