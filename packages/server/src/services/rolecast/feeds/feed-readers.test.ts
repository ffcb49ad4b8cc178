import type { Readable } from "node:stream";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { AwsError } from "../../../kernel/aws-error.ts";
import { StoreUnavailableError } from "../../../kernel/store.ts";
import { FeedReaders } from "./feed-readers.ts";

const HEARTBEAT_MS = 5_000;
const denied = new AwsError("AccessDeniedException", "denied", { status: 403 });
const away = new StoreUnavailableError("away", { condition: "unavailable" });

beforeEach(() => vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] }));
afterEach(() => vi.useRealTimers());

/** Opens a feed whose rechecks end one after the other like this, the last one for good. */
function open(outcomes: readonly (Error | undefined)[]): { stream: Readable; text: () => string } {
  const left = [...outcomes];
  const recheck = async () => {
    const outcome = left.length > 1 ? left.shift() : left[0];
    if (outcome) throw outcome;
  };
  const about = { accountId: "000000000000", title: "events", subscribe: () => () => {} };
  const stream = new FeedReaders().open({ ...about, recheck });
  let text = "";
  stream.on("data", (chunk) => {
    text += String(chunk);
  });
  return { stream, text: () => text };
}

const beats = async (count: number) => {
  for (let beat = 0; beat < count; beat++) await vi.advanceTimersByTimeAsync(HEARTBEAT_MS);
  await new Promise((resolve) => setImmediate(resolve));
};

test("a reader reads on while the database is away, and is decided again after it", async () => {
  const { stream, text } = open([undefined, away, away, denied]);
  await beats(3);
  expect(stream.readableEnded).toBe(false);
  expect(text()).toBe(": events\n\n: \n\n: \n\n: \n\n");
  await beats(1);
  expect(text()).toContain(": ended, AccessDeniedException");
  expect(stream.readableEnded).toBe(true);
});

test("a reader on whom nothing was decided for a minute is ended", async () => {
  const { stream, text } = open([...Array<Error>(11).fill(away), undefined, away]);
  await beats(23);
  expect(stream.readableEnded).toBe(false);
  await beats(1);
  expect(text()).toContain(": ended, InternalFailure");
});
