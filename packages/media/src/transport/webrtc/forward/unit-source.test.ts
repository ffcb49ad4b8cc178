import { expect, test } from "vitest";
import type { TrackConfig } from "../../../port/media-unit.ts";
import { aacRecord, avcRecord, picture } from "../../../testing/synthetic-media.ts";
import { UnitSource } from "./unit-source.ts";

const VIDEO = { id: 0, kind: "video", codec: "h264", clockHz: 1_000 } as const;
const AUDIO = { id: 1, kind: "audio", codec: "aac", clockHz: 1_000 } as const;
const UNIT = { track: 0, dts: 0, pts: 0, key: true, data: picture(true) };

function source() {
  return new UnitSource({ ffmpeg: undefined, monotonicMs: () => 0, onMedia: () => undefined });
}

function tapOf(take: () => void = () => undefined) {
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
  encoder.tap(sink);
  expect(configured.map(({ config }) => config)).toEqual([avcRecord, aacRecord]);
});

test("a tap that doesn't take the media ends alone", () => {
  const encoder = source();
  encoder.configure([{ ...VIDEO, config: avcRecord }]);
  const taken: string[] = [];
  const failing = tapOf(() => {
    throw new Error("too much");
  });
  encoder.tap(failing.sink);
  encoder.tap(tapOf(() => void taken.push("unit")).sink);
  encoder.write(UNIT);
  encoder.write(UNIT);
  expect([failing.ends, taken]).toEqual([["too much"], ["unit", "unit"]]);
});
