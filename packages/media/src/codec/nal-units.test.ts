import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MediaError } from "../port/media-error.ts";
import { avcConfig } from "../testing/synthetic-media.ts";
import { splitAnnexB } from "./annex-b.ts";
import { otherPictureOf } from "./avc-parameter-sets.ts";
import {
  nalUnitsBytes,
  splitLengthPrefixed,
  writeLengthPrefixed,
  writeStartCoded,
} from "./nal-units.ts";

const unit = fc
  .uint8Array({ minLength: 1, maxLength: 40 })
  // None has a start code in it, nor ends with a zero byte.
  .map((bytes) => Buffer.from(bytes.map((byte) => byte || 1)));

function prefixed(units: readonly Buffer[], size: number): Buffer {
  return Buffer.concat(
    units.flatMap((each) => {
      const prefix = Buffer.alloc(size);
      prefix.writeUIntBE(each.length, 0, size);
      return [prefix, each];
    }),
  );
}

describe("NAL units", () => {
  test("behind lengths of every size are found, but for empty ones, and written again", () => {
    const units = fc.array(fc.oneof(unit, fc.constant(Buffer.alloc(0))));
    fc.assert(
      fc.property(units, fc.constantFrom(1, 2, 4), (given, size) => {
        const read = splitLengthPrefixed(prefixed(given, size), size);
        const full = given.filter(({ length }) => length > 0);
        expect(read).toEqual(full);
        const bytes = Buffer.alloc(nalUnitsBytes(read));
        expect(writeLengthPrefixed(read, bytes, 0)).toBe(bytes.length);
        expect(bytes).toEqual(prefixed(full, 4));
        writeStartCoded(read, bytes, 0);
        expect(splitAnnexB(bytes)).toEqual(full);
      }),
    );
  });

  test("are views: nothing is copied", () => {
    const bytes = prefixed([Buffer.of(0x65, 1), Buffer.of(0x65, 2)], 2);
    const [first, second] = splitLengthPrefixed(bytes, 2);
    expect(first?.buffer).toBe(bytes.buffer);
    expect(second?.byteOffset).toBe(bytes.byteOffset + 6);
  });

  test("more than a picture has end the stream, however many empty ones there are", () => {
    const full = (count: number) => Buffer.alloc(2 * count, Buffer.of(1, 0x65));
    const empty = Buffer.alloc(100_000);
    expect(splitLengthPrefixed(Buffer.concat([empty, full(16_384)]), 1)).toHaveLength(16_384);
    expect(() => splitLengthPrefixed(full(16_385), 1)).toThrow(
      new MediaError("limit", "a picture has more than 16384 NAL units"),
    );
  });

  test("with a length that points past the end are an error of the protocol", () => {
    const units = Buffer.of(0, 0, 0, 9, 0x65, 1);
    expect(() => splitLengthPrefixed(units, 4)).toThrow(
      new MediaError("protocol", "a NAL unit is cut short"),
    );
  });

  test("that are parameter sets are compared up to as many as a configuration has room for", () => {
    const sets = Array.from({ length: 10_000 }, (_, index) => Buffer.of(0x67 + (index % 2), 1));
    let compared = 0;
    const counted = sets.map((set) =>
      Object.assign(set, {
        equals(other: Uint8Array) {
          compared += 1;
          return Buffer.compare(set, other) === 0;
        },
      }),
    );
    expect(otherPictureOf(counted, avcConfig)).toBeUndefined();
    expect(compared).toBeLessThanOrEqual(2 * 31);
  });
});
