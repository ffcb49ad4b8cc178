import { expect, test } from "vitest";
import { textLine } from "./text-line.ts";

function lineOf(fields: object, colored = false): string {
  return textLine(JSON.stringify({ time: "2026-01-02T03:04:05.678Z", ...fields }), { colored });
}

test("what happens is a time and a sentence", () => {
  const line = lineOf({ level: 30, msg: "channel first is live", streamId: "st-1" });
  expect(line).toMatch(/^\d\d:\d\d:05 {2}channel first is live\n$/);
});

test("what goes wrong has its facts, errors by their message", () => {
  const facts = { bucket: "media", tries: 2, err: { message: "full", stack: "…" } };
  const line = lineOf({ level: 40, msg: "recording waits", ...facts });
  expect(line.slice(10)).toBe("recording waits  bucket: media  tries: 2  err: full\n");
  expect(lineOf({ level: 50, msg: "x", long: "y".repeat(1_000) }).length).toBeLessThan(400);
});

test("a name from outside neither paints the terminal nor makes a line of its own", () => {
  const line = lineOf({ level: 40, msg: "channel \u001b[2J\nx is live", reason: "a\r\u009bb" });
  expect(line.slice(0, -1)).not.toMatch(/\p{Cc}/u);
  expect(lineOf({ level: 50, msg: "x" }, true)).toContain("\u001b[31mx\u001b[0m\n");
});
