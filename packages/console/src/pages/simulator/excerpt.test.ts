import { expect, test } from "vitest";
import { excerpt } from "./excerpt.ts";

const POLICY = '{ "Statement": [\n  {"Effect": "Allow"},\n  {"Effect": "Deny"} ] }';
const at = (Line: number, Column: number) => ({ Line, Column });

test.each([
  ["of one line", at(2, 3), at(2, 21), '{"Effect": "Allow"}'],
  ["over a line's end", at(1, 16), at(2, 3), "[\n  {"],
  ["of three lines", at(1, 1), at(3, 1), '{ "Statement": [\n  {"Effect": "Allow"},\n '],
  ["from a place without line and column", {}, at(1, 1), "{"],
])("an excerpt %s is the text between its places", (_name, start, end, expected) => {
  expect(excerpt(POLICY, start, end)).toBe(expected);
});
