import { expect, test } from "vitest";
import { type Reader, textLine } from "./text-line.ts";

function lineOf(fields: object, colored = false, reader: Partial<Reader> = {}): string {
  const json = JSON.stringify({ time: "2026-01-02T03:04:05.678Z", ...fields });
  return textLine(json, { colored, ...reader });
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

test("a fact that the sentence has isn't said twice", () => {
  const facts = { reason: "wrong key", remoteAddress: "127.0.0.1", empty: "" };
  const line = lineOf({ level: 40, msg: "refused: wrong key (127.0.0.1)", ...facts });
  expect(line.slice(10)).toBe("refused: wrong key (127.0.0.1)  empty: \n");
});

test("a name from outside neither paints the terminal nor makes a line of its own", () => {
  const line = lineOf({ level: 40, msg: "channel \u001b[2J\nx is live", reason: "a\r\u009bb" });
  expect(line.slice(0, -1)).not.toMatch(/\p{Cc}/u);
  expect(lineOf({ level: 50, msg: "x" }, true)).toContain("\u001b[31mx\u001b[0m\n");
});

const ID = "xl720mqijqetg0gd23prip1dh";
const DENIAL = {
  level: 30,
  msg: "denied s3:GetObject on arn:aws:s3:::media/a.ts to arn:aws:iam::000000000000:user/app",
  page: `http://127.0.0.1:54321/#/authorization-details/${ID}`,
};

test("a denial of usual names fits 80 columns, and ends with the address of its page", () => {
  const [first, second, third, ...rest] = lineOf(DENIAL, false, { columns: 80 }).split("\n");
  expect(first?.slice(10)).toBe("denied s3:GetObject on arn:aws:s3:::media/a.ts to");
  expect(second).toBe("          arn:aws:iam::000000000000:user/app");
  expect(third).toBe(`    ${DENIAL.page}`);
  expect(third?.length).toBeLessThanOrEqual(80);
  expect(rest).toEqual([""]);
});

test("where the terminal knows links, the line's last word is one", () => {
  const line = lineOf(DENIAL, false, { columns: 80, hasLinks: true });
  const link = `\u001b]8;;${DENIAL.page}\u001b\\why?\u001b]8;;\u001b\\`;
  expect(line.slice(10)).toBe(
    "denied s3:GetObject on arn:aws:s3:::media/a.ts to\n" +
      `          arn:aws:iam::000000000000:user/app · ${link}\n`,
  );
});

test("no address ends a link before its time", () => {
  const page = "http://a/#/\u001b\\x\u0007 y";
  const line = lineOf({ level: 30, msg: "x", page }, false, { hasLinks: true });
  expect(line).toContain("\u001b]8;;http://a/#/\\xy\u001b\\why?");
});
