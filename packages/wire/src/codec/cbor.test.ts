import { cbor } from "@smithy/core/cbor";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAX_CBOR_DEPTH, MAX_DOCUMENT_VALUES } from "../limits.ts";
import { decodeCbor, encodeCbor } from "./cbor.ts";

const key = fc.string({ unit: "grapheme" }).filter((name) => name !== "__proto__");
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.string({ unit: "grapheme" }),
    fc.maxSafeInteger(),
    // The SDK has no negative zero.
    fc.double({ noNaN: true }).map((number) => number + 0),
    fc.boolean(),
    fc.uint8Array({ maxLength: 300 }),
    fc.array(tie("value"), { maxLength: 30 }),
    fc.dictionary(key, tie("value"), { noNullPrototype: true }),
  ),
}));

/** `83 01 02 03` as bytes. */
const hex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");

describe("CBOR", () => {
  test("is read by the SDK as it was written, and the other way round", () => {
    fc.assert(
      fc.property(value, (sample) => {
        const written = encodeCbor(sample);
        expect(plain(cbor.deserialize(new Uint8Array(written)))).toEqual(sample);
        expect(decodeCbor(written)).toEqual(sample);
        expect(decodeCbor(cbor.serialize(sample))).toEqual(sample);
      }),
    );
  });

  // Source: RFC 8949, appendix A; the last three are Smithy's.
  test.each<[string, unknown]>([
    ["1b ffffffffffffffff", 18446744073709551615n],
    ["3b ffffffffffffffff", -18446744073709551616n],
    ["39 03e7", -1000],
    ["f9 3c00", 1],
    ["f9 0001", 2 ** -24],
    ["f9 c400", -4],
    ["f9 fc00", Number.NEGATIVE_INFINITY],
    ["fa 47c35000", 100000],
    ["fb 7ff8000000000000", Number.NaN],
    ["5f 42 0102 43 030405 ff", new Uint8Array([1, 2, 3, 4, 5])],
    ["7f 65 7374726561 64 6d696e67 ff", "streaming"],
    ["9f 01 82 02 03 9f 04 05 ff ff", [1, [2, 3], [4, 5]]],
    ["bf 61 61 01 61 62 9f 02 03 ff ff", { a: 1, b: [2, 3] }],
    ["c1 fb 41d452d9e0800000", new Date(1_363_896_194_000)],
    ["d8 20 63 616263", "abc"],
    ["f7", null],
  ])("reads %s", (text, expected) => {
    expect(decodeCbor(hex(text))).toEqual(expected);
  });

  test.each([
    ["nothing", ""],
    ["a list of more than there is", "9b 0000ffffffffffff 01"],
    ["text that ends too soon", "64 6162"],
    ["a number of no length", "1c"],
    ["a break without a beginning", "ff"],
    ["a list without end", "9f 01"],
    ["text in parts that are bytes", "7f 41 61 ff"],
    ["a map with a number for a key", "a1 01 02"],
    ["a time that is text", "c1 61 61"],
    ["something behind the end", "01 02"],
    ["nesting without end", `${"81".repeat(MAX_CBOR_DEPTH + 1)}01`],
    ["tags without end", `${"c6".repeat(100_000)}01`],
  ])("refuses %s", (_what, text) => {
    expect(() => decodeCbor(hex(text))).toThrow(/is not valid CBOR/);
  });

  test.each([
    ["lists", "80"],
    ["structures", "a0"],
    ["texts", "60"],
    ["text in parts", "7f 60 ff"],
  ])("refuses more %s than a document may have", (_what, text) => {
    const each = text.replaceAll(" ", "");
    const of = (count: number) => hex(`9f${each.repeat(count)}ff`);
    expect(() => decodeCbor(of(MAX_DOCUMENT_VALUES))).toThrow(/has too many values/);
    expect(decodeCbor(of(100))).toHaveLength(100);
  });

  test("numbers aren't counted", () => {
    const numbers = Array.from({ length: MAX_DOCUMENT_VALUES * 2 }, () => 1.5);
    expect(decodeCbor(encodeCbor(numbers))).toHaveLength(numbers.length);
  });

  test("bytes at random give a value or a refusal", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decodeCbor(bytes);
        } catch (error) {
          expect(error).toMatchObject({ code: "SerializationException", status: 400 });
        }
      }),
      { numRuns: 1000 },
    );
  });

  test("a member called __proto__ is a member", () => {
    const read = decodeCbor(hex("a1 69 5f5f70726f746f5f5f a1 61 61 01"));
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
    expect(Object.keys(read as object)).toEqual(["__proto__"]);
  });
});

/** The SDK's reader gives views of one buffer for bytes. */
function plain(read: unknown): unknown {
  if (read instanceof Uint8Array) return new Uint8Array(read);
  if (Array.isArray(read)) return read.map(plain);
  if (typeof read !== "object" || read === null) return read;
  return Object.fromEntries(Object.entries(read).map(([name, item]) => [name, plain(item)]));
}
