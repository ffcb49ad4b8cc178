import { expect, test } from "vitest";
import { type AacConfig, parseAacConfig } from "../codec/aac-config.ts";
import type { VideoConfig } from "../codec/video-config.ts";
import { FLV_TAG, FlvReader } from "../container/flv/flv-reader.ts";
import { aacConfig, avcConfig, otherAvcConfig } from "../testing/synthetic-media.ts";
import { SourceTape } from "./source-tape.ts";

const otherAacConfig = parseAacConfig(Buffer.from("1210", "hex"));
const NAMES: ReadonlyMap<Buffer, string> = new Map(
  [avcConfig, otherAvcConfig, aacConfig, otherAacConfig].map(({ record }, index) => [
    record,
    ["video A", "video B", "audio A", "audio B"][index] ?? "",
  ]),
);

/** The frames that a program gets which is started now, each by its byte. */
function played(tape: SourceTape): string[] {
  const heard: string[] = [];
  const reader = new FlvReader(1_000, (type, _timestampMs, body) => {
    const payload = body.subarray(type === FLV_TAG.video ? 5 : 2);
    const name = [...NAMES].find(([record]) => record.equals(payload))?.[1];
    // The last byte: pictures have a length before it.
    heard.push(name ?? String(payload.at(-1)));
  });
  tape.play((bytes) => reader.push(bytes));
  return heard;
}

test("a tape begins with the configurations of its first frames, wherever it begins", () => {
  const tape = new SourceTape();
  const cut = { shownMs: 0, discontinuity: false, programDateTimeMs: 0 };
  const segment = (index: number, video: VideoConfig, audio: AacConfig): void => {
    const timeMs = index * 2_000;
    const time = { dtsMs: timeMs, ptsMs: timeMs, keyframe: true };
    tape.setVideoConfig(video);
    tape.setAudioConfig(audio);
    tape.video({ ...time, cut: { ...cut, timeMs, index }, units: [Buffer.of(index)] });
    tape.audio(timeMs, Buffer.of(100 + index));
  };
  segment(0, avcConfig, aacConfig);
  segment(1, avcConfig, otherAacConfig);
  segment(2, otherAvcConfig, otherAacConfig);
  segment(3, avcConfig, otherAacConfig);
  const from = ["audio B", "1", "101", "video B", "2", "102", "video A", "3", "103"];
  expect(played(tape)).toEqual(["video A", "audio A", "0", "100", ...from]);
  tape.forgetBefore(1);
  expect(played(tape)).toEqual(["video A", ...from]);
  tape.forgetBefore(2);
  expect(played(tape)).toEqual(["video B", "audio B", ...from.slice(4)]);
  tape.forgetBefore(3);
  expect(played(tape)).toEqual(["video A", "audio B", ...from.slice(7)]);
});
