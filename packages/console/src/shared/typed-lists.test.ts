import { expect, test } from "vitest";
import { lines, words } from "./typed-lists.ts";

test.each([
  ["", [], []],
  [" \n\t ", [], []],
  ["DE AT,CH", ["DE", "AT", "CH"], ["DE AT,CH"]],
  ["  a, b ,, \n c  ", ["a", "b", "c"], ["a, b ,,", "c"]],
  ["s3:Put*\r\n\r\nivs:Get*", ["s3:Put*", "ivs:Get*"], ["s3:Put*", "ivs:Get*"]],
])("%j has its words and its lines", (text, expectedWords, expectedLines) => {
  expect(words(text)).toEqual(expectedWords);
  expect(lines(text)).toEqual(expectedLines);
});
