import { expect, test } from "vitest";
import type { MediaUnit, TrackConfig } from "../../../port/media-unit.ts";
import { aacRecord, avcRecord, otherAvcRecord, picture } from "../../../testing/synthetic-media.ts";
import { UnitSource } from "./unit-source.ts";

const VIDEO = { id: 0, kind: "video", codec: "h264", clockHz: 1_000 } as const;
const AUDIO = { id: 1, kind: "audio", codec: "aac", clockHz: 1_000 } as const;
const UNIT = { track: 0, dts: 0, pts: 0, key: true, data: picture(true) };

function source(monotonicMs: () => number = () => 0) {
  const own = { mayHaveOpus: false, unitBytesMax: 1 << 20, onMedia: () => undefined };
  return new UnitSource({ ...own, ffmpeg: undefined, monotonicMs, keepsBeginning: true });
}

function tapOf(take: (unit: MediaUnit) => void = () => undefined) {
  const configured: TrackConfig[] = [];
  const ends: string[] = [];
  const sink = {
    takes: new Set(["h264", "aac"] as const),
    configure: (tracks: readonly TrackConfig[]) => void configured.push(...tracks),
    write: take,
    end: (message: string) => void ends.push(message),
  };
  return { sink, configured, ends };
}

test("a tap that comes later gets configurations as they were, whatever became of them", () => {
  const encoder = source();
  const scratch = Buffer.from(aacRecord);
  encoder.configure([
    { ...VIDEO, config: avcRecord },
    { ...AUDIO, config: scratch },
  ]);
  scratch.fill(0xff);
  encoder.configure([{ ...VIDEO, config: undefined }]);
  const { sink, configured } = tapOf();
  encoder.tap(sink, false);
  expect(configured.map(({ config }) => config)).toEqual([avcRecord, aacRecord]);
});

test("a tap that doesn't take the media ends alone", () => {
  const encoder = source();
  encoder.configure([{ ...VIDEO, config: avcRecord }]);
  const taken: string[] = [];
  const failing = tapOf(() => {
    throw new Error("too much");
  });
  encoder.tap(failing.sink, false);
  encoder.tap(tapOf(() => void taken.push("unit")).sink, false);
  encoder.write(UNIT);
  encoder.write(UNIT);
  expect([failing.ends, taken]).toEqual([["too much"], ["unit", "unit"]]);
});

test("a tap from the beginning gets all that came, in its order, and what comes", () => {
  const encoder = source();
  const scratch = Buffer.from(picture(true)[0] ?? []);
  encoder.configure([{ ...AUDIO, config: aacRecord }]);
  encoder.write({ ...UNIT, track: 1, dts: 1, data: [scratch] });
  encoder.configure([{ ...VIDEO, config: avcRecord }]);
  encoder.write({ ...UNIT, dts: 2, data: [scratch] });
  scratch.fill(0xff);
  encoder.configure([{ ...VIDEO, config: otherAvcRecord }]);
  encoder.write({ ...UNIT, dts: 3 });
  const all: (string | Uint8Array | undefined)[] = [];
  const { sink } = tapOf(({ dts, data }) => void all.push(`${dts}: ${data[0]?.[0]}`));
  sink.configure = (tracks) => void all.push(...tracks.map(({ config }) => config));
  encoder.tap(sink, true);
  encoder.write({ ...UNIT, dts: 4 });
  expect(all).toEqual(
    [aacRecord, "1: 101", avcRecord, "2: 101", otherAvcRecord, "3: 101"].concat("4: 101"),
  );
});

test.each([
  ["is kept", 9_000, 60, 2],
  ["isn't kept after some seconds", 11_000, 60, 0],
  ["isn't kept beside so many bytes", 1_000, 11 * 1024 * 1024, 0],
])("a beginning %s", (_, atMs, bytes, kept) => {
  let nowMs = 0;
  const encoder = source(() => nowMs);
  encoder.configure([{ ...VIDEO, config: avcRecord }]);
  encoder.write(UNIT);
  nowMs = atMs;
  encoder.write({ ...UNIT, data: picture(true, bytes) });
  let units = 0;
  const { sink, configured } = tapOf(() => void (units += 1));
  encoder.tap(sink, true);
  expect([units, configured.length]).toEqual([kept, 1]);
});

test("what an encoder repeats without end isn't kept", () => {
  const encoder = source();
  for (let count = 0; count < 50_000; count += 1) {
    encoder.configure([{ ...VIDEO, config: avcRecord }]);
  }
  const { sink, configured } = tapOf();
  encoder.tap(sink, true);
  expect(configured).toHaveLength(1);
});

test("a tap that doesn't take the beginning ends alone", () => {
  const encoder = source();
  encoder.configure([{ ...VIDEO, config: avcRecord }]);
  encoder.write(UNIT);
  const failing = tapOf(() => {
    throw new Error("too much");
  });
  encoder.tap(failing.sink, true);
  encoder.write(UNIT);
  expect(failing.ends).toEqual(["too much"]);
});
