import { expect, test } from "vitest";
import type { DateRange } from "../hls/date-ranges.ts";
import type { StreamEventBody } from "../port/events.ts";
import { AdBreaks } from "./ad-breaks.ts";

const cut = (timeMs: number) => ({
  index: timeMs / 2_000,
  timeMs,
  shownMs: timeMs + 80,
  discontinuity: false,
  programDateTimeMs: 1_000_000 + timeMs,
});

test("a break begins with the next segment, at its first picture, and alone", () => {
  const begun: DateRange[] = [];
  const published: StreamEventBody[] = [];
  const breaks = new AdBreaks(
    (range) => begun.push(range),
    (event) => published.push(event),
  );
  expect(breaks.insert("first", 5_000, 3_000)).toBe(true);
  expect(breaks.insert("early", 5_000, 3_500)).toBe(false);
  expect(begun).toEqual([]);
  breaks.cut(cut(4_000));
  breaks.cut(cut(6_000));
  expect(breaks.insert("early", 5_000, 8_999)).toBe(false);
  expect(breaks.insert("second", 1_000, 9_000)).toBe(true);
  breaks.cut(cut(10_000));
  expect(begun).toMatchObject([
    { id: "first", startMs: 1_004_000, plannedMs: 5_000 },
    { id: "second", startMs: 1_010_000, plannedMs: 1_000 },
  ]);
  expect(published).toMatchObject([
    { type: "ad-break", id: "first", startMs: 1_004_000, durationMs: 5_000 },
    { type: "ad-break", id: "second", startMs: 1_010_000, durationMs: 1_000 },
  ]);
  // The transport stream's clock begins at 1.4 s.
  const pts = begun.map(({ scte35Out }) => scte35Out.readUInt32BE(21) / 90);
  expect(pts).toEqual([1_400 + 4_080, 1_400 + 10_080]);
  const durations = begun.map(({ scte35Out }) => scte35Out.readUInt32BE(26));
  expect(durations).toEqual([450_000, 90_000]);
});
