import { sep } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isPlainName, pathBelow } from "./path-below.ts";

describe("a path below a folder", () => {
  test("is made of plain names", () => {
    expect(pathBelow("/data", "events", "000000000000", "x..y%2F.jsonl")).toBe(
      "/data/events/000000000000/x..y%2F.jsonl",
    );
    expect(pathBelow("./data", "...", ".hidden")).toBe("data/.../.hidden");
  });

  test.each([
    ...[
      "",
      ".",
      "..",
      "../x",
      "x/..",
      "/",
      "/etc",
      "a/b",
      "a\\b",
      "\\..",
      "a\u0000",
      "a\n",
      "a\u007f",
    ],
    ...["a".repeat(256), "é".repeat(128), "\u0085"],
  ])("has no part %j", (part) => {
    expect(isPlainName(part)).toBe(false);
    expect(() => pathBelow("/data", part)).toThrow();
    expect(() => pathBelow("/data", "x", part)).toThrow();
    expect(() => pathBelow("/data", part, "x")).toThrow();
  });

  test("never leads out of it, whatever its parts are", () => {
    const part = fc.oneof(fc.string(), fc.constantFrom("..", ".", "", "../..", "a", "..a", "a.."));
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
        if (!parts.every(isPlainName)) return;
        const path = pathBelow("/data", ...parts);
        expect(path.split(sep)).toEqual(["", "data", ...parts]);
      }),
      { numRuns: 5_000 },
    );
  });
});
