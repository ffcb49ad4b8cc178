import { expect, test } from "vitest";
import { bytesText, durationText, table } from "./terminal.ts";

const RED_NO = "\u001b[31mno\u001b[39m";

test("columns are as wide as their widest cell, and colours take no room", () => {
  const rows = [
    ["a", RED_NO, "x"],
    ["longer", "yes", ""],
  ];
  expect(table(["NAME", "OK", "WHERE"], rows)).toBe(
    `NAME    OK   WHERE\na       ${RED_NO}   x\nlonger  yes`,
  );
});

test("a table without rows is its head", () => {
  expect(table(["A", "B"], [])).toBe("A  B");
});

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1_000, "1.0 KB"],
  [2_450_000, "2.5 MB"],
  [5e12, "5000.0 GB"],
])("%d bytes are %s", (bytes, expected) => {
  expect(bytesText(bytes)).toBe(expected);
});

test.each([
  [0, "00:00:00"],
  [1_499, "00:00:01"],
  [59_500, "00:01:00"],
  [3_661_000, "01:01:01"],
  [360_000_000, "100:00:00"],
])("%d ms are %s", (ms, expected) => {
  expect(durationText(ms)).toBe(expected);
});
