import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Shape } from "../schema/shape.ts";
import { WireError } from "../wire-error.ts";
import { compileTextReader, compileTextWriter, type TextRules } from "./scalar-text.ts";

const RULES: TextRules = {
  timestampFormat: "date-time",
  precision: "shortest",
  malformedCode: "Malformed",
};
const LONG = 1_000_000;

function shape(kind: "boolean" | "number" | "blob" | "bigInteger"): Shape {
  return { kind, name: kind, traits: {} };
}

const timestamp = (format: "date-time" | "http-date" | "epoch-seconds"): Shape => ({
  kind: "timestamp",
  name: "timestamp",
  traits: {},
  format,
});

const read = (of: Shape, text: string) => compileTextReader(of, "member", RULES)(text);

describe("scalars as text", () => {
  test.each([
    [shape("boolean"), fc.boolean()],
    [shape("number"), fc.double({ noNaN: false })],
    [shape("bigInteger"), fc.bigInt()],
    [shape("blob"), fc.uint8Array()],
    [
      timestamp("date-time"),
      fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }),
    ],
    [timestamp("http-date"), fc.nat(4e9).map((seconds) => new Date(seconds * 1000))],
    [timestamp("epoch-seconds"), fc.nat(2e9).map((ms) => new Date(ms))],
  ] as const)("are read as they were written: %o", (of, values) => {
    const write = compileTextWriter(of, RULES);
    fc.assert(
      fc.property(values as fc.Arbitrary<unknown>, (value) => {
        const expected = Object.is(value, -0) ? 0 : value;
        expect(read(of, write(value))).toEqual(expected);
      }),
    );
  });

  test.each([
    [timestamp("date-time"), "2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000Z"],
    [timestamp("date-time"), "2026-01-02T03:04:05.123456789+02:00", "2026-01-02T01:04:05.123Z"],
    [timestamp("date-time"), "2026-01-02T03:04:05", "2026-01-02T03:04:05.000Z"],
    [timestamp("date-time"), "2026-01-02", "2026-01-02T00:00:00.000Z"],
    [timestamp("http-date"), "Fri, 02 Jan 2026 03:04:05 GMT", "2026-01-02T03:04:05.000Z"],
    [timestamp("epoch-seconds"), "1.5", "1970-01-01T00:00:01.500Z"],
  ])("%o reads %s", (of, text, expected) => {
    expect(read(of, text)).toEqual(new Date(expected));
  });

  test.each([
    [shape("boolean"), "yes"],
    [shape("number"), "0x10"],
    [shape("number"), ""],
    [shape("bigInteger"), "1.5"],
    [shape("blob"), "a*b"],
    [shape("blob"), `${" ".repeat(LONG)}*`],
    [shape("number"), "1".repeat(LONG)],
    [timestamp("date-time"), "2026-13-01T00:00:00Z"],
    [timestamp("date-time"), "yesterday"],
    [timestamp("http-date"), "2026-01-02T03:04:05Z"],
    [timestamp("epoch-seconds"), "soon"],
  ])("%o refuses %.30j", (of, text) => {
    expect(() => read(of, text)).toThrow(WireError);
  });

  test.each(["1.0", "1e0", " 1", "", "2147483648", "-2147483649"])(
    "a whole number of 32 bits isn't %j",
    (text) => {
      const rules = { ...RULES, wholeNumbers: true, exact: true };
      const readWhole = compileTextReader(shape("number"), "member", rules);
      expect(() => readWhole(text)).toThrow(WireError);
      expect([readWhole("2147483647"), readWhole("-2147483648")]).toEqual([
        2 ** 31 - 1,
        -(2 ** 31),
      ]);
    },
  );
});
