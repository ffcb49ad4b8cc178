import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeWords, encodeWords } from "./encoded-words.ts";

const text = fc.string({ unit: "grapheme" }).filter((each) => !each.includes("=?"));

test("text comes back from its words, each of which has at most 75 characters", () => {
  fc.assert(
    fc.property(text, (given) => {
      const encoded = encodeWords(given);
      expect(encoded).toMatch(/^[\t\x20-\x7e]*$/);
      expect(decodeWords(encoded)).toBe(given);
      const words = encoded === given ? [] : encoded.split(" ");
      for (const word of words) expect(word.length).toBeLessThanOrEqual(75);
    }),
  );
});

test("any header's value can be decoded", () => {
  const part = fc.constantFrom("=?", "?=", "?", "UTF-8", "B", "q", " ", "=C3", "w7w=", "a");
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      expect(typeof decodeWords(parts.join(""))).toBe("string");
    }),
  );
});

test.each([
  ["Hello World é", "=?UTF-8?Q?Hello_World_=C3=A9?="],
  ["ü", "=?UTF-8?B?w7w=?="],
  ["a=?_ü", "=?UTF-8?Q?a=3D=3F=5F=C3=BC?="],
  ["aü", "=?UTF-8?B?YcO8?="],
  ["plain =text_", "plain =text_"],
  ["a\nb", "=?UTF-8?Q?a=0Ab?="],
])("%j is encoded as Q if most of it is ASCII, else as B", (given, expected) => {
  expect(encodeWords(given)).toBe(expected);
});

test.each([
  ["=?UTF-8?B?SGVsbG8=?=", "Hello"],
  ["=?utf-8?q?a_b=3D?=", "a b="],
  ["=?ISO-8859-1?Q?=FC?= and =?UTF-8*de?Q?=C3=BC?=", "ü and ü"],
  ["=?UTF-8?Q?a?= \t =?UTF-8?Q?b?=", "ab"],
  ["=?UTF-8?Q?a?= b", "a b"],
  ["=?UTF-8?Q?=FF?=", "=?UTF-8?Q?=FF?="],
  ["=?x-none?Q?a?=", "=?x-none?Q?a?="],
  ["=?UTF-8?Q?=G0?=", "=?UTF-8?Q?=G0?="],
  ["=?UTF-8?B?*?=", "=?UTF-8?B?*?="],
  ["1=?2", "1=?2"],
])("%j means %j", (given, expected) => {
  expect(decodeWords(given)).toBe(expected);
});
