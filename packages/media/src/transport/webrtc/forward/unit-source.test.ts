import { expect, test } from "vitest";
import type { MediaUnit, TrackConfig } from "../../../port/media-unit.ts";
import { aacRecord, avcRecord, otherAvcRecord, picture } from "../../../testing/synthetic-media.ts";
import { UnitSource } from "./unit-source.ts";

const VIDEO = { id: 0, kind: "video", codec: "h264", clockHz: 1_000 } as const;
const AUDIO = { id: 1, kind: "audio", codec: "aac", clockHz: 1_000 } as const;
const UNIT = { track: 0, dts: 0, pts: 0, key: true, data: picture(true) };

function source(monotonicMs: () => number = () => 0) {
  const own = { mayHaveOpus: false, unitBytesMax: 1 << 20, onMedia: () => undefined };
  return new UnitSource({ ...own, ffmpeg: undefined, monotonicMs, keepsMedia: true });
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
  encoder.tap(sink, {});
  expect(configured.map(({ config }) => config)).toEqual([avcRecord, aacRecord]);
});

test("a tap that doesn't take the media ends alone", () => {
  const encoder = source();
  encoder.configure([{ ...VIDEO, config: avcRecord }]);
  const taken: string[] = [];
  const failing = tapOf(() => {
    throw new Error("too much");
  });
  encoder.tap(failing.sink, {});
  const unfit = tapOf(() => void taken.push("unfit"));
  unfit.sink.configure = () => {
    throw new Error("no such codec");
  };
  encoder.tap(unfit.sink, {});
  encoder.tap(tapOf(() => void taken.push("unit")).sink, {});
  encoder.write(UNIT);
  encoder.write(UNIT);
  expect([failing.ends, taken]).toEqual([["too much"], ["unit", "unit"]]);
  expect(unfit.ends).toEqual(["no such codec"]);
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
  encoder.tap(sink, { fromBeginning: true });
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
  encoder.tap(sink, { fromBeginning: true });
  expect([units, configured.length]).toEqual([kept, 1]);
});

test("what an encoder repeats without end isn't kept", () => {
  const encoder = source();
  for (let count = 0; count < 50_000; count += 1) {
    encoder.configure([{ ...VIDEO, config: avcRecord }]);
  }
  const { sink, configured } = tapOf();
  encoder.tap(sink, { fromBeginning: true });
  expect(configured).toHaveLength(1);
});

test("a tap that doesn't take the beginning ends alone", () => {
  const encoder = source();
  encoder.configure([{ ...VIDEO, config: avcRecord }]);
  encoder.write(UNIT);
  const failing = tapOf(() => {
    throw new Error("too much");
  });
  encoder.tap(failing.sink, { fromBeginning: true });
  encoder.write(UNIT);
  expect(failing.ends).toEqual(["too much"]);
});

const KEY = { ...UNIT, dts: 10 };
const NEXT = { ...UNIT, key: false, dts: 11 };
const SOUND = { ...UNIT, track: 1, dts: 12 };
const LARGE = { ...NEXT, dts: 13, data: picture(false, 5 * 1024 * 1024) };

test.each<[string, readonly (MediaUnit | "new configuration")[], readonly number[]]>([
  ["gets that and the pictures since, without sound", [UNIT, NEXT, KEY, NEXT, SOUND], [10, 11]],
  ["waits for the next one where none has come", [NEXT, SOUND], []],
  ["waits where there are too many bytes since", [KEY, NEXT, LARGE, NEXT], []],
  ["gets the keyframe after too many", [KEY, LARGE, NEXT, KEY], [10]],
  ["waits after a change of the picture", [KEY, NEXT, "new configuration", NEXT], []],
])("a tap from the last keyframe %s", (_, sent, given) => {
  const encoder = source();
  encoder.configure([
    { ...VIDEO, config: avcRecord },
    { ...AUDIO, config: aacRecord },
  ]);
  for (const one of sent) {
    if (one === "new configuration") {
      encoder.configure([{ ...VIDEO, config: otherAvcRecord }]);
    } else {
      const scratch = one.data.map((part) => Buffer.from(part));
      encoder.write({ ...one, data: scratch });
      for (const part of scratch) part.fill(0xff);
    }
  }
  const units: MediaUnit[] = [];
  const { sink } = tapOf((unit) => void units.push(unit));
  encoder.tap(sink, { fromKeyframe: true });
  expect(units.map(({ dts }) => dts)).toEqual(given);
  expect(units.every(({ data }) => data[0]?.[0] !== 0xff)).toBe(true);
  encoder.write({ ...NEXT, dts: 20 });
  expect(units.at(-1)?.dts).toBe(20);
});
