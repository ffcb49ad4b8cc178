import { describe, expect, test } from "vitest";
import { readSchedule } from "./schedule.ts";

/** 2026-11-28, a Saturday. */
const NOW = "2026-11-28T17:48:04Z";

/** The first moments after a time. */
function moments(expression: string, count: number, from = NOW): string[] {
  const startMs = Date.parse(from);
  const schedule = readSchedule(expression);
  const found: string[] = [];
  let atMs: number | undefined = startMs;
  while (found.length < count) {
    atMs = schedule.next(atMs, startMs);
    if (atMs === undefined) return [...found, "never"];
    found.push(new Date(atMs).toISOString().slice(0, 16));
  }
  return found;
}

// Of AWS's user guide, and by the calendar.
test.each([
  ["cron(0 10 * * ? *)", ["2026-11-29T10:00", "2026-11-30T10:00"]],
  ["cron(15 12 * * ? *)", ["2026-11-29T12:15"]],
  ["cron(0 18 ? * MON-FRI *)", ["2026-11-30T18:00", "2026-12-01T18:00"]],
  ["cron(0 8 1 * ? *)", ["2026-12-01T08:00", "2027-01-01T08:00"]],
  ["cron(0/15 * * * ? *)", ["2026-11-28T18:00", "2026-11-28T18:15"]],
  ["cron(0/10 * ? * MON-FRI *)", ["2026-11-30T00:00", "2026-11-30T00:10"]],
  ["cron(0/5 8-17 ? * MON-FRI *)", ["2026-11-30T08:00"]],
  ["cron(0/30 20-2 ? * MON-FRI *)", undefined],
  ["cron(0 9 ? * 2#1 *)", ["2026-12-07T09:00", "2027-01-04T09:00"]],
  ["cron(0 9 ? * 7#5 *)", ["2027-01-30T09:00", "2027-05-29T09:00"]],
  ["cron(15 10 ? * 6L 2026-2027)", ["2026-12-25T10:15", "2027-01-29T10:15"]],
  ["cron(15 10 ? * FRIL *)", ["2026-12-25T10:15"]],
  ["cron(0 0 L * ? *)", ["2026-11-30T00:00", "2026-12-31T00:00", "2027-01-31T00:00"]],
  ["cron(0 0 LW * ? *)", ["2026-11-30T00:00", "2026-12-31T00:00", "2027-01-29T00:00"]],
  ["cron(0 0 1W * ? *)", ["2026-12-01T00:00", "2027-01-01T00:00", "2027-02-01T00:00"]],
  ["cron(0 0 1W 5 ? 2027)", ["2027-05-03T00:00", "never"]],
  ["cron(0 0 15W 8 ? 2027)", ["2027-08-16T00:00"]],
  ["cron(0 0 31W 10 ? 2027)", ["2027-10-29T00:00"]],
  ["cron(0 0 ? * L *)", ["2026-12-05T00:00"]],
  ["cron(0 0 29 2 ? *)", ["2028-02-29T00:00", "2032-02-29T00:00"]],
  ["cron(30 4,16 1,15 JAN,jul ? *)", ["2027-01-01T04:30", "2027-01-01T16:30", "2027-01-15T04:30"]],
  ["cron(0 0 30 2 ? *)", ["never"]],
  ["cron(0 0 1 1 ? 2026)", ["never"]],
  ["rate(1 minute)", ["2026-11-28T17:49", "2026-11-28T17:50"]],
  ["rate(5 minutes)", ["2026-11-28T17:53"]],
  ["rate(2 hours)", ["2026-11-28T19:48"]],
  ["rate(7 days)", ["2026-12-05T17:48"]],
])("%s", (expression, expected) => {
  if (expected) expect(moments(expression, expected.length)).toEqual(expected);
  else expect(() => readSchedule(expression)).toThrow("ScheduleExpression is not valid");
});

describe("no schedule", () => {
  test.each([
    ...["", "rate(5)", "rate(0 minutes)", "rate(1 minutes)", "rate(5 minute)", "rate(-1 hour)"],
    ...["rate(5 MINUTES)", "rate(1 second)", "rate(1.5 hours)", "at(2026-01-01T00:00:00)"],
    ...["cron()", "cron(* * * * *)", "cron(0 12 * * * *)", "cron(0 12 ? * ? *)"],
    ...["cron(60 * * * ? *)", "cron(0 24 * * ? *)", "cron(0 0 0 * ? *)", "cron(0 0 1 13 ? *)"],
    ...["cron(0 0 ? * 8 *)", "cron(0 0 ? * 2#6 *)", "cron(0 0 ? * MON/2 *)", "cron(0 0 W * ? *)"],
    ...[
      "cron(0 0 1 1 ? 1969)",
      "cron(0 0 1 1 ? 2200)",
      "cron(0/0 * * * ? *)",
      "cron(5-1 0 1 1 ? *)",
    ],
    ...[
      "cron(0 12 * * ? * *)",
      "cron(a * * * ? *)",
      "cron(0 12 32W * ? *)",
      "cron(1/2/3 * * * ? *)",
    ],
  ])("%j", (expression) => {
    expect(() => readSchedule(expression)).toThrow("Parameter ScheduleExpression is not valid.");
  });
});

test("each moment is after the one before, and by the minute", () => {
  const schedule = readSchedule("cron(*/7 */5 ? * MON,3#2,6L *)");
  let atMs = Date.parse(NOW);
  for (let count = 0; count < 500; count++) {
    const nextMs = schedule.next(atMs, 0) ?? 0;
    expect(nextMs).toBeGreaterThan(atMs);
    expect(nextMs % 60_000).toBe(0);
    atMs = nextMs;
  }
});
