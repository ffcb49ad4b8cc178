import { expect, test } from "vitest";
import { shownAgo, shownBytes, shownDate, shownDuration } from "./shown-values.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

test.each([
  [undefined, "–"],
  [new Date(2026, 1, 7, 8, 3, 9), "2026-02-07 08:03:09"],
  [new Date(2026, 11, 31, 23, 59, 59), "2026-12-31 23:59:59"],
])("the date %s is shown as %s", (date, expected) => {
  expect(shownDate(date)).toBe(expected);
});

test.each([
  [0, "just now"],
  [-MINUTE_MS + 1, "just now"],
  [-MINUTE_MS, "1 minute ago"],
  [-HOUR_MS + 1, "59 minutes ago"],
  [-3 * HOUR_MS, "3 hours ago"],
  [-24 * HOUR_MS, "yesterday"],
  [24 * HOUR_MS, "tomorrow"],
  [-29 * 24 * HOUR_MS, "29 days ago"],
  [-60 * 24 * HOUR_MS, "2 months ago"],
  [400 * 24 * HOUR_MS, "next year"],
])("%d ms from now is %s", (differenceMs, expected) => {
  expect(shownAgo(differenceMs)).toBe(expected);
});

test.each([
  [-5, "0 s"],
  [499, "0 s"],
  [500, "1 s"],
  [59_600, "1 min"],
  [HOUR_MS + 1_000, "1 h 1 s"],
  [25 * HOUR_MS + 2 * MINUTE_MS + 3_000, "25 h 2 min 3 s"],
])("%d ms last %s", (ms, expected) => {
  expect(shownDuration(ms)).toBe(expected);
});

test.each([
  [undefined, "–"],
  [0, "0 B"],
  [999, "999 B"],
  [1_000, "1.0 KB"],
  [1_549_000, "1.5 MB"],
  [2e15, "2000.0 TB"],
])("%d bytes are %s", (bytes, expected) => {
  expect(shownBytes(bytes)).toBe(expected);
});
