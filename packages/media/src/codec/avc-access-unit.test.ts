import { expect, test } from "vitest";
import { avcNalType, avcSetsBeforeSlice } from "./avc-access-unit.ts";

const unit = (type: number) => Buffer.of(0x60 | type, 1);

test("a unit's type is its five low bits; an empty one has none", () => {
  for (let type = 0; type < 32; type += 1) expect(avcNalType(unit(type))).toBe(type);
  expect(avcNalType(Buffer.alloc(0))).toBe(0);
});

/** ITU-T H.264, table 7-1: 1 to 5 are a picture's own, 7 and 8 are parameter sets. */
test("parameter sets are found up to the picture's own units, between any others", () => {
  const [sps, pps] = [unit(7), unit(8)];
  for (let type = 0; type < 32; type += 1) {
    const endsThem = type >= 1 && type <= 5;
    const isSet = type === 7 || type === 8;
    const found = [sps, ...(isSet ? [unit(type)] : []), ...(endsThem ? [] : [pps])];
    expect(avcSetsBeforeSlice([sps, unit(type), pps], 9)).toEqual(found);
  }
  expect(avcSetsBeforeSlice([sps, pps, sps], 2)).toEqual([sps, pps]);
});
