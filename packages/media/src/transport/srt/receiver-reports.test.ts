import { describe, expect, test } from "vitest";
import { CONTROL } from "./packet.ts";
import type { ReceiveBuffer } from "./receive-buffer.ts";
import { ReceiverReports } from "./receiver-reports.ts";
import type { SequenceRange } from "./sequence.ts";

/** A buffer that has come so far, and what is reported of it. */
function receiver() {
  const buffer = { next: 100, missing: [] as SequenceRange[], room: 8_000 };
  const sent: (readonly [type: number, info: number, body: string])[] = [];
  const reports = new ReceiverReports(buffer as unknown as ReceiveBuffer, (type, info, body) =>
    sent.push([type, info, body.toString("hex")]),
  );
  const tick = (nowMs: number) => {
    sent.length = 0;
    reports.tick(nowMs);
    return sent.map(([type, info]) => `${type === CONTROL.ack ? "ACK" : "NAK"} ${info}`);
  };
  /** The words of the last report. */
  const words = () => (sent[0]?.[2].match(/.{8}/g) ?? []).map((word) => Number.parseInt(word, 16));
  return { buffer, reports, tick, words };
}

describe("a receiver", () => {
  test("says once how far it has come, and again when nobody confirms it in time", () => {
    const { buffer, tick, reports } = receiver();
    expect(tick(0)).toEqual([]);
    buffer.next = 110;
    expect(tick(10)).toEqual(["ACK 1"]);
    // 100 ms and four times its variance of 50.
    expect(tick(310)).toEqual([]);
    expect(tick(311)).toEqual(["ACK 2"]);
    reports.confirmed(1, 312);
    // An older one confirms nothing.
    expect(tick(2_000)).toEqual(["ACK 3"]);
    reports.confirmed(3, 2_001);
    expect(tick(9_000)).toEqual([]);
  });

  test("measures round trips by what is confirmed, each once", () => {
    const { buffer, tick, words, reports } = receiver();
    const acknowledge = (nowMs: number) => {
      buffer.next += 1;
      tick(nowMs);
      return words();
    };
    expect(acknowledge(10)).toEqual([101, 100_000, 50_000, 8_000, 0, 0, 0]);
    reports.confirmed(7, 11);
    reports.confirmed(1, 30);
    // RFC 6298's smoothing: a quarter of the difference, then an eighth.
    const measured = [90_000, 57_500];
    expect(acknowledge(40).slice(1, 3)).toEqual(measured);
    reports.confirmed(1, 900);
    expect(acknowledge(50).slice(1, 3)).toEqual(measured);
  });

  test("remembers the last 128 of them", () => {
    const { buffer, tick, words, reports } = receiver();
    for (let count = 1; count <= 129; count += 1) {
      buffer.next += 1;
      tick(10 * count);
    }
    const before = words().slice(1, 3);
    reports.confirmed(1, 1_300);
    buffer.next += 1;
    tick(1_310);
    expect(words().slice(1, 3)).toEqual(before);
    // The one before went with the report just made.
    reports.confirmed(3, 1_320);
    buffer.next += 1;
    tick(1_330);
    expect(words().slice(1, 3)).not.toEqual(before);
  });

  test("says what is missing at once, and again after half its patience", () => {
    const { buffer, tick, words } = receiver();
    buffer.missing = [{ first: 5, last: 9 }];
    expect(tick(150)).toEqual([]);
    expect(tick(151)).toEqual(["NAK 0"]);
    expect(words()).toEqual([0x80000005, 9]);
    expect(tick(301)).toEqual([]);
    expect(tick(302)).toEqual(["NAK 0"]);
    buffer.missing = [];
    expect(tick(9_000)).toEqual([]);
  });

  test("names as many losses as a packet has room for", () => {
    const { buffer, tick, words } = receiver();
    buffer.missing = Array.from({ length: 500 }, (_, index) => {
      const first = 10 * index;
      return { first, last: first };
    });
    tick(1_000);
    // 1,500 bytes without the headers of IP, UDP and SRT.
    expect(words()).toHaveLength((1_500 - 28 - 16) / 4);
  });

  test("reports its rates over a second, and its room, which is never none", () => {
    const { buffer, tick, words, reports } = receiver();
    for (let packet = 0; packet < 500; packet += 1) reports.count(1_000);
    buffer.next += 1;
    buffer.room = 1;
    tick(999);
    expect(words().slice(3)).toEqual([2, 0, 0, 0]);
    buffer.next += 1;
    tick(1_000);
    expect(words().slice(3)).toEqual([2, 500, 500, 500_000]);
    reports.count(10);
    buffer.next += 1;
    tick(3_000);
    expect(words().slice(3)).toEqual([2, 1, 1, 5]);
  });
});
