import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MediaError } from "../../port/media-error.ts";
import { type Amf0Value, decodeAmf0, encodeAmf0 } from "./amf0.ts";

const value = fc.letrec<{ value: Amf0Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.double(),
    fc.boolean(),
    fc.string({ unit: "grapheme" }),
    fc.constant(null),
    fc.constant(undefined),
    fc.date({ noInvalidDate: true }),
    fc.array(tie("value"), { maxLength: 5 }),
    fc
      .array(fc.tuple(fc.string({ unit: "grapheme", minLength: 1 }), tie("value")), {
        maxLength: 5,
      })
      .map((members) => new Map(members)),
  ),
})).value;

describe("AMF0", () => {
  test("what is written is read back, names of a stranger's choice included", () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 4 }), (values) => {
        expect(decodeAmf0(encodeAmf0(values))).toEqual(values);
      }),
    );
    const hostile = [
      new Map<string, Amf0Value>([
        ["__proto__", "x"],
        ["constructor", 1],
      ]),
    ];
    expect(decodeAmf0(encodeAmf0(hostile))).toEqual(hostile);
    const long = ["x".repeat(70_000)];
    expect(decodeAmf0(encodeAmf0(long))).toEqual(long);
  });

  test("any bytes end in values or in a typed error", () => {
    const damaged = fc
      .tuple(fc.array(value, { minLength: 1, maxLength: 3 }), fc.nat(), fc.nat(255))
      .map(([values, at, byte]) => {
        const bytes = encodeAmf0(values);
        bytes[at % bytes.length] = byte;
        return bytes;
      });
    const random = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.oneof(damaged, random), (bytes) => {
        try {
          decodeAmf0(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(MediaError);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test.for([
    ["an unknown marker", "protocol", Buffer.of(0x55)],
    ["a reference, which nobody sends", "protocol", Buffer.of(0x07, 0, 0)],
    ["a string cut short", "protocol", Buffer.of(2, 0, 9, 65)],
    ["an object without its end", "protocol", Buffer.of(3, 0, 1, 65, 5)],
    [
      "an array that announces four billion elements",
      "limit",
      Buffer.concat([Buffer.of(0x0a, 0xff, 0xff, 0xff, 0xff), Buffer.alloc(2_000, 5)]),
    ],
    [
      "a hundred nested arrays",
      "limit",
      Buffer.concat(Array.from({ length: 100 }, () => Buffer.of(0x0a, 0, 0, 0, 1))),
    ],
  ] as const)("%s is a %s error", ([, code, bytes]) => {
    expect(() => decodeAmf0(bytes)).toThrow(expect.objectContaining({ code }));
  });

  test("an ECMA array is read to its end marker, whatever count it announces", () => {
    const members = encodeAmf0([new Map([["width", 1280]])]).subarray(1);
    const bytes = Buffer.concat([Buffer.of(8, 0, 0, 0, 99), members]);
    expect(decodeAmf0(bytes)).toEqual([new Map([["width", 1280]])]);
  });
});
