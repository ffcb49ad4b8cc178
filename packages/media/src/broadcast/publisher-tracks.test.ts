import { describe, expect, test } from "vitest";
import type { TrackConfig } from "../port/media-unit.ts";
import { aacConfig, avcConfig, otherAvcRecord } from "../testing/synthetic-media.ts";
import { PublisherTracks, takenTracks } from "./publisher-tracks.ts";

const CLOCK = { clockHz: 90_000 };
const h264 = { ...CLOCK, id: 0, kind: "video", codec: "h264", config: avcConfig.record } as const;
const aac = { ...CLOCK, id: 7, kind: "audio", codec: "aac", config: aacConfig.record } as const;
const of = (several = false) => new PublisherTracks(takenTracks(several, "fmp4"));

describe("a publisher's tracks", () => {
  test.for<[string, TrackConfig, string]>([
    [
      "unsupported-media",
      { ...aac, codec: "opus", config: undefined },
      "audio in Opus is not supported: publish AAC",
    ],
    [
      "video-codec",
      { ...h264, codec: "hevc", config: undefined },
      "video in HEVC is not supported: publish H.264",
    ],
    ["multitrack-not-allowed", { ...h264, id: 1 }, "this channel takes one video track"],
  ])("%s: what a channel can't take is refused by name", ([code, track, message]) => {
    const configure = () => of().configure(track);
    expect(configure).toThrow(expect.objectContaining({ code, message }));
  });

  test("are known from their description on, further ones from their configuration on", () => {
    const tracks = of(true);
    for (const id of [0, 1]) {
      expect(tracks.configure({ ...h264, id, config: undefined })).toBe(false);
    }
    expect([tracks.at(0)?.kind, tracks.at(1), tracks.at(7)]).toEqual([
      "video",
      undefined,
      undefined,
    ]);
    expect(tracks.configure({ ...h264, id: 1 })).toBe(true);
    expect(tracks.at(1)?.kind).toBe("video");
    expect(tracks.video).toBeUndefined();
    expect(tracks.further.get(1)?.sps.height).toBe(180);
  });

  test("have one track of sound, the first", () => {
    const tracks = of();
    expect(tracks.configure(aac)).toBe(true);
    expect(tracks.configure({ ...aac, id: 8, config: Buffer.from("1210", "hex") })).toBe(false);
    expect(tracks.audio?.sampleRate).toBe(48_000);
    expect(tracks.at(8)).toBeUndefined();
  });

  test("keep nothing of the memory that described them", () => {
    const tracks = of();
    const config = Buffer.from(otherAvcRecord);
    tracks.configure({ ...h264, config });
    config.fill(0);
    expect(tracks.video?.record).toEqual(otherAvcRecord);
    expect(tracks.video?.parameterSets.includes(otherAvcRecord.subarray(8, 35))).toBe(true);
    expect(tracks.at(0)?.config).toBeUndefined();
  });
});
