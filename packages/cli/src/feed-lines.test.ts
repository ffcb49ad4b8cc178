import { styleText } from "node:util";
import { expect, test, vi } from "vitest";
import { callLine, dataOf, decisionLine, eventLine, logLine } from "./feed-lines.ts";

test.each([
  ['data: {"a":1}', '{"a":1}'],
  ["data: ", ""],
  ["id: 7", undefined],
  ["data", undefined],
  [": still here", undefined],
  ["", undefined],
])("the line %j of a feed has the item %j", (line, expected) => {
  expect(dataOf(line)).toBe(expected);
});

test.each([
  [{ time: "t", level: 30, msg: "ready" }, "t info ready"],
  [{ time: "t", level: 50, msg: "lost", code: "E1" }, 't error lost {"code":"E1"}'],
  [{ time: "t", level: 35 }, "t 35 "],
])("the log's %j is %j", (fields, expected) => {
  expect(logLine(fields)).toBe(expected);
});

test("on a terminal the colours say how bad a line is", () => {
  vi.stubEnv("NO_COLOR", "");
  vi.stubEnv("FORCE_COLOR", "1");
  const { isTTY } = process.stdout;
  process.stdout.isTTY = true;
  try {
    const levels = { debug: 20, info: 30, warn: 40, error: 50 };
    const shown = Object.values(levels).map((level) => logLine({ time: "t", level, msg: "m" }));
    const [warn, error] = [styleText("yellow", "warn"), styleText("red", "error")];
    expect(shown).toEqual(["t debug m", "t info m", `t ${warn} m`, `t ${error} m`]);
    const verdict = (evaluatedEffect: string) => decisionLine({ ...DECISION, evaluatedEffect });
    expect(verdict("ALLOW")).toContain(styleText("green", "allowed"));
    expect(verdict("IMPLICIT_DENY")).toContain(styleText("red", "denied"));
  } finally {
    process.stdout.isTTY = isTTY;
    vi.unstubAllEnvs();
  }
});

test("an event is written with its detail", () => {
  const event = { time: "t", region: "r", "detail-type": "State Change", detail: { a: 1 } };
  expect(eventLine(event)).toBe('t r State Change {"a":1}');
});

const DECISION = {
  atMs: 1_000,
  action: "s3:GetObject",
  resource: "arn:r",
  principalArn: "arn:p",
  reason: "nothing allows it",
  authorizationId: "id1",
};

test("a denial says why and names the command that explains it", () => {
  const start = "1970-01-01T00:00:01.000Z";
  expect(decisionLine({ ...DECISION, evaluatedEffect: "ALLOW" })).toBe(
    `${start} allowed s3:GetObject on arn:r to arn:p`,
  );
  expect(decisionLine({ ...DECISION, evaluatedEffect: "IMPLICIT_DENY" })).toBe(
    `${start} denied s3:GetObject on arn:r to arn:p nothing allows it (npx rolecast explain id1)`,
  );
});

test.each([
  [{ arn: "arn:p", invokedBy: "ivs.amazonaws.com" }, undefined, "arn:p"],
  [{ invokedBy: "ivs.amazonaws.com" }, undefined, "ivs.amazonaws.com"],
  [undefined, undefined, "anonymous"],
  [{ arn: "arn:p" }, "AccessDenied", "arn:p AccessDenied"],
])("a call by %j that ended with %s is by %s", (userIdentity, errorCode, expected) => {
  const call = { eventTime: "t", eventSource: "s3.amazonaws.com", eventName: "PutObject" };
  expect(callLine({ ...call, userIdentity, errorCode })).toBe(`t s3:PutObject by ${expected}`);
});
