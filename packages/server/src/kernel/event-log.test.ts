import { expect, test } from "vitest";
import { EventLog } from "./event-log.ts";

const MEBIBYTE = 1024 * 1024;

function logOf(): EventLog {
  return new EventLog((error) => {
    throw error;
  });
}

function read(log: EventLog, account: string): string[] {
  const found: string[] = [];
  let last = 0;
  for (let next = log.next(last, account); next; next = log.next(last, account)) {
    last = next.sequence;
    found.push(next.json.toString().trim());
  }
  return found;
}

const filled = (text: string) => Buffer.from(text.padEnd(MEBIBYTE));

test("the log keeps the latest thousand events, and sixteen mebibytes of them", () => {
  const log = logOf();
  for (let index = 0; index < 1_100; index++)
    log.remember({ account: "a", json: Buffer.from(String(index)) });
  expect(read(log, "a")).toEqual(Array.from({ length: 1_000 }, (_, index) => String(index + 100)));
  for (let index = 0; index < 20; index++) log.remember({ account: "a", json: filled(`${index}`) });
  expect(read(log, "a")).toEqual(Array.from({ length: 16 }, (_, index) => String(index + 4)));
});

test("an account that floods the log pushes out its own events alone", () => {
  const log = logOf();
  for (let index = 0; index < 5; index++) log.remember({ account: "quiet", json: filled("kept") });
  for (let index = 0; index < 5_000; index++)
    log.remember({ account: "many", json: Buffer.from("x") });
  for (let index = 0; index < 40; index++) log.remember({ account: "large", json: filled("y") });
  expect(read(log, "quiet")).toEqual(new Array(5).fill("kept"));
  expect(read(log, "large").length).toBeLessThanOrEqual(11);
  expect(read(log, "many").length).toBeGreaterThan(900);
  log.clear();
  expect(read(log, "quiet")).toEqual([]);
});

test("a reader resumes after the event that it names, and hears of later ones", () => {
  const log = logOf();
  for (const text of ["1", "2", "3"]) log.remember({ account: "a", json: Buffer.from(text) });
  log.remember({ account: "b", json: Buffer.from("other") });
  expect(log.next(2, "a")).toMatchObject({ sequence: 3 });
  expect(log.next(3, "a")).toBeUndefined();
  let heard = 0;
  const stop = log.onEvent(() => {
    heard += 1;
  });
  log.remember({ account: "a", json: Buffer.from("4") });
  stop();
  log.remember({ account: "a", json: Buffer.from("5") });
  expect([heard, log.next(3, "a")?.json.toString()]).toEqual([1, "4"]);
});
