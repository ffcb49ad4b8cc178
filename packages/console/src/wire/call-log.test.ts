import { expect, test, vi } from "vitest";
import { CallLog } from "./call-log.ts";

const call = (operation: string, input: Readonly<Record<string, unknown>> = {}) => ({
  service: "ivs",
  region: "us-east-1",
  operation,
  input,
  errorCode: undefined,
});
const shown = (log: CallLog) => log.calls().map(({ operation }) => operation);

test("the latest call comes first, and a poll stays once whatever time it asks about", () => {
  const log = new CallLog();
  log.add(call("Poll", { since: new Date(1) }));
  log.add(call("GetChannel", { arn: "a" }));
  log.add(call("GetChannel", { arn: "b" }));
  log.add(call("Poll", { since: new Date(2) }));
  expect(shown(log)).toEqual(["Poll", "GetChannel", "GetChannel"]);
  expect(log.calls()[0]?.input.since).toEqual(new Date(2));
  expect(new Set(log.calls().map(({ id }) => id)).size).toBe(3);
});

test("the latest fifty calls are remembered", () => {
  const log = new CallLog();
  for (let number = 1; number <= 60; number++) log.add(call(`Call${number}`));
  expect(log.calls()).toHaveLength(50);
  expect(shown(log).at(-1)).toBe("Call11");
});

test("a listener hears of calls until it leaves, and of no clearing", () => {
  const log = new CallLog();
  const listener = vi.fn();
  const leave = log.subscribe(listener);
  log.add(call("A"));
  log.clear();
  expect(log.calls()).toEqual([]);
  leave();
  log.add(call("B"));
  expect(listener).toHaveBeenCalledTimes(1);
});
