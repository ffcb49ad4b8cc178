import fc from "fast-check";
import { expect, test } from "vitest";
import { lineNumbers, markedPieces } from "./marked-text.ts";

const finding = (start: number, end: number) => {
  const place = (offset: number) => ({ offset, line: 1, column: offset + 1 });
  return { position: { start: place(start), end: place(end) } };
};
const marked = (value: string, ...ranges: [start: number, end: number][]) =>
  markedPieces(
    value,
    ranges.map(([start, end]) => finding(start, end)),
  )
    .map(({ text, isMarked }) => (isMarked ? `<${text}>` : text))
    .join("");

test("mistakes are marked in the order of the text, one inside another isn't", () => {
  expect(marked("abcdef")).toBe("abcdef");
  expect(marked("abcdef", [4, 5], [1, 3])).toBe("a<bc>d<e>f");
  expect(marked("abcdef", [1, 4], [2, 3])).toBe("a<bcd>ef");
  expect(marked("abcdef", [1, 3], [3, 4])).toBe("a<bc><d>ef");
});

test("a mistake is at least a character long, and one without a place marks nothing", () => {
  expect(marked("abc", [1, 1])).toBe("a<b>c");
  expect(markedPieces("abc", [{}]).map(({ text }) => text)).toEqual(["abc"]);
});

test("the pieces are the whole text, each at its offset", () => {
  const range = fc.tuple(fc.nat(30), fc.nat(30));
  fc.assert(
    fc.property(fc.string({ maxLength: 30 }), fc.array(range), (value, ranges) => {
      const pieces = markedPieces(
        value,
        ranges.map(([start, length]) => finding(start, start + length)),
      );
      expect(pieces.map(({ text }) => text).join("")).toBe(value);
      for (const { text, start } of pieces) {
        expect(value.slice(start, start + text.length)).toBe(text);
      }
    }),
  );
});

test.each([
  ["", "1"],
  ["a\nb\n", "1\n2\n3"],
])("the lines of %j are %j", (value, expected) => {
  expect(lineNumbers(value)).toBe(expected);
});
