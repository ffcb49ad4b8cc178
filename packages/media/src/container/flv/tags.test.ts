import { describe, expect, test } from "vitest";
import type { MediaUnit, TrackConfig } from "../../port/media-unit.ts";
import { parseAudioTag } from "./audio-tag.ts";
import { FlvUnits } from "./flv-units.ts";
import { UnitMessages } from "./unit-messages.ts";
import { parseVideoTags } from "./video-tag.ts";

const bytes = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");
const AVC1 = "61766331";
const HVC1 = "68766331";
const MP4A = "6d703461";
const about = { track: 0, codec: "h264", keyframe: true, compositionMs: 0 };
const hevc = { ...about, codec: "hevc" };

describe("a video message", () => {
  test.each([
    ["an empty one", "", []],
    ["a seek command", "57", []],
    ["an enhanced seek command", "d0", []],
    ["a sequence header", "17 00 000000 aabb", [{ ...about, kind: "sequence-header" }]],
    ["a keyframe", "17 01 000022 aabb", [{ ...about, kind: "frame", compositionMs: 34 }]],
    [
      "a picture between keyframes, shown before it is decoded",
      "27 01 ffffde aabb",
      [{ ...about, kind: "frame", keyframe: false, compositionMs: -34 }],
    ],
    ["the end", "17 02 000000 aabb", [{ ...about, kind: "end-of-sequence" }]],
    ["an enhanced sequence header", `90 ${HVC1} aabb`, [{ ...hevc, kind: "sequence-header" }]],
    [
      "an enhanced picture with its time",
      `a1 ${HVC1} ffffde aabb`,
      [{ ...hevc, kind: "frame", keyframe: false, compositionMs: -34 }],
    ],
    ["one without", `93 ${AVC1} aabb`, [{ ...about, kind: "frame" }]],
    ["the enhanced end", `92 ${AVC1} aabb`, [{ ...about, kind: "end-of-sequence" }]],
    ["colours", `94 ${HVC1} aabb`, []],
    [
      "one track, which says its number",
      `96 03 ${HVC1} 05 aabb`,
      [{ ...hevc, kind: "frame", track: 5 }],
    ],
    [
      "several tracks of one codec",
      `96 13 ${AVC1} 00 000002 aabb 07 000002 aabb`,
      [
        { ...about, kind: "frame" },
        { ...about, kind: "frame", track: 7 },
      ],
    ],
    [
      "tracks of a codec each",
      `96 20 ${AVC1} 00 000002 aabb ${HVC1} 01 000002 aabb`,
      [
        { ...about, kind: "sequence-header" },
        { ...hevc, kind: "sequence-header", track: 1 },
      ],
    ],
  ])("%s", (_, body, tags) => {
    const expected = tags.map((tag) => ({ ...tag, payload: bytes("aabb") }));
    expect(parseVideoTags(bytes(body))).toEqual(expected);
  });

  test.each([
    ["video-codec", /FLV video codec 2 .*H\.264/, "12 00 000000"],
    ["video-codec", /\(av01\)/, "90 61763031 aabb"],
    ["video-codec", /\(vp09\)/, `96 20 ${AVC1} 00 000002 aabb 76703039 01 000002 aabb`],
    ["protocol", /cut short/, "17 01 0000"],
    ["protocol", /AVC packet type 3 /, "17 03 000000"],
    ["protocol", /cut short/, `91 ${AVC1} 0000`],
    ["unsupported-media", /of type 5 /, `95 ${AVC1} aabb`],
  ])("is refused as %s: %s", (code, message, body) => {
    expect(() => parseVideoTags(bytes(body))).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });
});

describe("an audio message", () => {
  test.each([
    ["an empty one", "", undefined],
    ["a sequence header", "af 00 aabb", "sequence-header"],
    ["a frame", "af 01 aabb", "frame"],
    ["an enhanced sequence header", `90 ${MP4A} aabb`, "sequence-header"],
    ["an enhanced frame", `91 ${MP4A} aabb`, "frame"],
    ["the enhanced end", `92 ${MP4A} aabb`, undefined],
    ["where loudspeakers are", `94 ${MP4A} aabb`, undefined],
    ["the first track alone", `95 01 ${MP4A} 00 aabb`, "frame"],
    ["another track alone", `95 01 ${MP4A} 01 aabb`, undefined],
    [
      "the first track after another of another codec",
      `95 21 4f707573 01 000002 ccdd ${MP4A} 00 000002 aabb`,
      "frame",
    ],
    ["an enhanced frame of Opus", "91 4f707573 aabb", "frame", "opus"],
  ])("%s", (_, body, kind, codec = "aac") => {
    const expected = kind === undefined ? undefined : { codec, kind, payload: bytes("aabb") };
    expect(parseAudioTag(bytes(body))).toEqual(expected);
  });

  test.each([
    ["unsupported-media", /FLV audio codec 2 .*AAC/, "2f 00"],
    ["unsupported-media", /\(fLaC\)/, "90 664c6143 aabb"],
    ["protocol", /cut short/, "af"],
    ["protocol", /cut short/, "90 6d7034"],
  ])("is refused as %s: %s", (code, message, body) => {
    expect(() => parseAudioTag(bytes(body))).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });
});

test.each(["aac", "opus"] as const)("units with sound in %s come back from messages", (codec) => {
  const seen: unknown[] = [];
  const reader = new FlvUnits({
    takes: new Set(["h264", codec]),
    configure: (tracks) =>
      seen.push(tracks.map(({ codec: of, config }) => [of, config && Buffer.from(config)])),
    write: ({ dts, pts, key, data }) => seen.push({ dts, pts, key, data: data.map(String) }),
  });
  const writer = new UnitMessages({
    video: (timestampMs, body) => reader.video(timestampMs, body),
    audio: (timestampMs, body) => reader.audio(timestampMs, body),
  });
  const record = bytes("01 42c01e ff e1 0000 01 0000");
  const audio = codec === "aac" ? bytes("1190") : undefined;
  const tracks: readonly TrackConfig[] = [
    { id: 0, kind: "video", codec: "h264", clockHz: 90_000, config: record },
    { id: 1, kind: "audio", codec, clockHz: 48_000, config: audio },
    // A further rendition isn't sent.
    { id: 7, kind: "video", codec: "h264", clockHz: 90_000, config: record },
  ];
  writer.configure(tracks);
  const unit = (track: number, dts: number, pts: number, text: string): MediaUnit => ({
    ...{ track, dts, pts, key: true, data: [Buffer.from(text)] },
  });
  writer.write(unit(0, 90_000, 93_600, "picture"));
  writer.write(unit(7, 90_000, 93_600, "smaller"));
  writer.write(unit(1, 48_960, 48_960, "sound"));
  const sound = { dts: 1_020, pts: 1_020, key: true, data: ["sound"] };
  expect(seen).toEqual([
    [["h264", record]],
    ...(audio ? [[["aac", audio]]] : []),
    { dts: 1_000, pts: 1_040, key: true, data: ["picture"] },
    ...(audio ? [] : [[["opus", undefined]]]),
    sound,
  ]);
});
