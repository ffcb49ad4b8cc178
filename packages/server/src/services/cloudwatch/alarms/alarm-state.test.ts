import { expect, test } from "vitest";
import { type Datapoint, type TreatMissing, verdictOf } from "./alarm-state.ts";

/*
 * Source: CloudWatch user guide, "Configuring how CloudWatch alarms treat missing data": its two
 * tables, of three evaluation periods in a range of five, and what it says about the first
 * breaching datapoints. `X` breaches, `0` doesn't, `-` is missing; the newest comes last.
 */

const TREATS: readonly TreatMissing[] = ["missing", "ignore", "breaching", "notBreaching"];
const KEPT = undefined;

function statesOf(periods: string, datapointsToAlarm: number) {
  const range = [...periods.replaceAll(" ", "")].reverse().map((mark, index) => {
    if (mark === "-") return undefined;
    const point: Datapoint = { atMs: -index * 60_000, value: mark === "X" ? 1 : 0, sampleCount: 1 };
    return point;
  });
  return TREATS.map((treatMissingData) => {
    const rule = { operator: "GreaterThanThreshold", threshold: 0.5, datapointsToAlarm } as const;
    return verdictOf({ ...rule, evaluationPeriods: 3, treatMissingData }, range)?.state;
  });
}

test.each([
  ["0 - X - X", ["OK", "OK", "OK", "OK"]],
  ["0 - - - -", ["OK", "OK", "OK", "OK"]],
  ["- - - - -", ["INSUFFICIENT_DATA", KEPT, "ALARM", "OK"]],
  ["0 X X - X", ["ALARM", "ALARM", "ALARM", "ALARM"]],
  ["- - X - -", ["ALARM", KEPT, "ALARM", "OK"]],
  // Too early for an alarm: the next datapoint may be within the threshold.
  ["- - - - X", [KEPT, KEPT, "ALARM", "OK"]],
  ["- - - X -", [KEPT, KEPT, "ALARM", "OK"]],
])("of three datapoints all must breach: %s", (periods, states) => {
  expect(statesOf(periods, 3)).toEqual(states);
});

test.each([
  ["0 - X - X", ["ALARM", "ALARM", "ALARM", "ALARM"]],
  ["0 0 X 0 X", ["ALARM", "ALARM", "ALARM", "ALARM"]],
  ["0 - X - -", ["OK", "OK", "ALARM", "OK"]],
  ["- - - - 0", ["OK", "OK", "ALARM", "OK"]],
  ["- - - X -", ["ALARM", KEPT, "ALARM", "OK"]],
])("of three datapoints two must breach: %s", (periods, states) => {
  expect(statesOf(periods, 2)).toEqual(states);
});
