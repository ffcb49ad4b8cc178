import { afterEach, expect, test, vi } from "vitest";
import { inBackground, inBackgroundOf, reportBackgroundErrors } from "./in-background.ts";
import { nextTurn } from "./turns.ts";

const unhandled = vi.fn();
const report = vi.fn();
process.on("unhandledRejection", unhandled);
afterEach(() => {
  process.off("unhandledRejection", unhandled);
  reportBackgroundErrors(() => undefined);
});

test("work in the background ends by itself, and its errors are reported", async () => {
  reportBackgroundErrors(report);
  const error = new Error("it failed");
  const running = new Set<Promise<void>>();
  inBackground(Promise.reject(error));
  inBackground(Promise.resolve());
  inBackground(undefined);
  inBackgroundOf(running, Promise.reject(error));
  expect(running.size).toBe(1);
  await Promise.all(running);
  await nextTurn();
  expect(running.size).toBe(0);
  expect(report.mock.calls).toEqual([[error], [error]]);
  expect(unhandled).not.toHaveBeenCalled();
});
