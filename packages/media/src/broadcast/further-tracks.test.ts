import { strict as assert } from "node:assert";
import { describe, expect, test } from "vitest";
import { parseMetadata } from "../container/flv/metadata.ts";
import { defaultMediaLimits } from "../port/limits.ts";
import { type AnnouncedMedia, nothingAnnounced } from "../port/media-unit.ts";
import { asTrack } from "../testing/films.ts";
import type { FlvFeed } from "../testing/flv-feed.ts";
import { BELOW_SOURCE, SOURCE_LIMITS } from "../testing/ladders.ts";
import {
  audioBody,
  audioConfigBody,
  avcConfig,
  hevcConfigBody,
  otherAvcRecord,
  tooLargeAvcRecord,
  videoBody,
  videoConfigBody,
  withSets,
} from "../testing/synthetic-media.ts";
import { testBroadcast } from "../testing/test-broadcast.ts";
import { TranscodeCapacity } from "../transcode/transcode-capacity.ts";

const track = (id: number, body: Buffer): Buffer =>
  asTrack(id, { type: 9, timestampMs: 0, body }).body;
/** Each of another height: two tracks of one name are refused. */
const headers = [videoConfigBody(), track(1, videoConfigBody(otherAvcRecord))];
const several = { multitrack: { required: false, heightMax: 2_000 }, container: "fmp4" as const };
const limits = { ...defaultMediaLimits, segmentBytesMax: 1_000_000 };

function begin(feed: FlvFeed): void {
  for (const header of headers) {
    feed.video(0, header);
  }
}

describe("what an encoder of several tracks can make the server keep", () => {
  test.each<[string, string, (feed: FlvFeed) => void]>([
    [
      "a seventh track",
      "6 video tracks at most are taken",
      ({ sink: { tracks } }) => {
        const config = avcConfig.record;
        for (let id = 0; id < 255; id += 1) {
          tracks.configure({ id, kind: "video", codec: "h264", clockHz: 1_000, config });
        }
      },
    ],
    [
      "a further track that is far ahead of the first one",
      "the first track has no frames",
      (feed) => {
        begin(feed);
        for (let frame = 0; frame < 300; frame += 1) {
          feed.video(frame, track(1, videoBody(false, 50_000)));
        }
      },
    ],
    [
      "a further track that never comes, for which the first one's segments wait",
      "video track 1 has too few frames",
      (feed) => {
        begin(feed);
        for (let timeMs = 0; timeMs < 60_000; timeMs += 2_000) {
          feed.video(timeMs, videoBody(true));
        }
      },
    ],
    [
      "a further track that begins segments after the others",
      "video track 2 has no keyframe where track 0 has one",
      (feed) => {
        begin(feed);
        feed.video(0, track(2, videoConfigBody(tooLargeAvcRecord)));
        for (let timeMs = 0; timeMs < 18_000; timeMs += 2_000) {
          feed.video(timeMs, videoBody(true));
          feed.video(timeMs, track(1, videoBody(true)));
          if (timeMs >= 10_000) {
            feed.video(timeMs, track(2, videoBody(true)));
          }
        }
      },
    ],
    [
      "a further track whose frames come seconds after the first one's",
      "video track 1 comes too late behind track 0",
      (feed) => {
        begin(feed);
        for (let timeMs = 0; timeMs < 18_000; timeMs += 2_000) {
          feed.video(timeMs, videoBody(true));
          feed.video(timeMs - 4_000, track(1, videoBody(true)));
        }
      },
    ],
  ])("%s ends the session", (_name, message, attack) => {
    expect(() => attack(testBroadcast({ ...several, limits }).feed)).toThrow(message);
  });

  test("pictures of tracks that were never configured aren't kept", () => {
    const { feed } = testBroadcast({ ...several, limits });
    begin(feed);
    const unknown = track(2, videoBody(false, 50_000));
    for (let frame = 0; frame < 2_000; frame += 1) {
      feed.video(0, unknown);
    }
    feed.video(0, videoBody(true));
  });
});

describe("a further track is held to the channel's limits", () => {
  const breach = (feed: (feed: FlvFeed) => void) => {
    const made = testBroadcast({ ...several, sourceLimits: SOURCE_LIMITS });
    feed(made.feed);
    return made.events.find((event) => event.type === "limit-breach");
  };

  test("of pictures", () => {
    const published = breach((feed) => {
      feed.video(0, videoConfigBody());
      feed.video(0, track(1, videoConfigBody(tooLargeAvcRecord)));
    });
    expect(published).toMatchObject({ limit: "pixels", exceededBy: 285_696 });
  });

  test("of bitrates", () => {
    const published = breach((feed) => {
      begin(feed);
      for (let timeMs = 0; timeMs <= 8_000; timeMs += 1_000) {
        const isKeyframe = timeMs % 2_000 === 0;
        feed.video(timeMs, videoBody(isKeyframe));
        feed.video(timeMs, track(1, videoBody(isKeyframe, 2_000_000)));
      }
    });
    expect(published).toMatchObject({ limit: "bitrate", limitValue: 3_500_000 });
  });

  test("of lines, and so is the first one then", () => {
    const multitrack = { required: false, heightMax: 480 };
    const { feed } = testBroadcast({ ...several, multitrack });
    feed.video(0, videoConfigBody(otherAvcRecord));
    const send = () => feed.video(0, track(1, videoConfigBody()));
    expect(send).toThrow("a video track is 1080p60: 480 lines are allowed");
  });
});

describe("the bitrate of a further track", () => {
  const published = (announced: AnnouncedMedia) => {
    const { feed, events } = testBroadcast(several);
    feed.metadata(announced);
    begin(feed);
    for (let timeMs = 0; timeMs <= 6_000; timeMs += 1_000) {
      feed.video(timeMs, videoBody(timeMs % 2_000 === 0));
      feed.video(timeMs, track(1, videoBody(timeMs % 2_000 === 0, 25_000)));
    }
    return events.flatMap((event) => (event.type === "media-info" ? event.media.furtherVideo : []));
  };

  test("is what it is announced with", () => {
    const infoMap = new Map([["1", new Map([["videodatarate", 1_500.5]])]]);
    const announced = parseMetadata(["onMetaData", new Map([["videoTrackIdInfoMap", infoMap]])]);
    assert(announced);
    expect(published(announced)).toMatchObject([{ track: 1, targetBitrate: 1_500_500 }]);
  });

  test("is what its first segment measures, once that is complete", () => {
    // The unit's header of four bytes is measured too.
    expect(published(nothingAnnounced)).toMatchObject([
      { track: 1, targetBitrate: 0 },
      { track: 1, targetBitrate: 25_004 * 8 },
    ]);
  });
});

test.for(["a sequence header", "parameter sets in its keyframe"])(
  "a further track that changes its picture by %s ends the session",
  (way) => {
    const { feed, live } = testBroadcast(several);
    begin(feed);
    const send = (timeMs: number, body = videoBody(true)): void => {
      feed.video(timeMs, videoBody(true));
      feed.video(timeMs, track(1, body));
    };
    for (let timeMs = 0; timeMs < 6_000; timeMs += 1_000) {
      feed.video(timeMs, headers[1] ?? Buffer.alloc(0));
      send(timeMs);
    }
    const change = (): void => {
      if (way === "a sequence header") {
        feed.video(6_000, track(1, videoConfigBody(tooLargeAvcRecord)));
      } else {
        send(6_000, withSets(videoBody(true), tooLargeAvcRecord));
      }
    };
    expect(change).toThrow(
      expect.objectContaining({
        code: "multitrack-track-media",
        message: "video track 1 changes from 1920x1080 to 2048x1152",
      }),
    );
    expect(live.multivariantPlaylist("")).toContain("1080p60/playlist.m3u8");
  },
);

test("a ladder is given up, with the reason, when its encoder goes on in HEVC", () => {
  const program = process.execPath;
  const capacity = new TranscodeCapacity(4);
  const transcode = { program, ladder: BELOW_SOURCE, capacity };
  const { feed, broadcast, live } = testBroadcast({ ...several, transcode });
  feed.video(0, videoConfigBody(otherAvcRecord));
  feed.audio(0, audioConfigBody);
  for (let timeMs = 0; timeMs <= 4_000; timeMs += 1_000) {
    feed.video(timeMs, videoBody(timeMs % 2_000 === 0));
    feed.audio(timeMs, audioBody);
  }
  expect(capacity.ladders).toBe(1);
  feed.video(5_000, hevcConfigBody);
  expect(capacity.ladders).toBe(0);
  expect(live.multivariantPlaylist("")).toContain("chunked/playlist.m3u8");
  broadcast.sweep(0);
  expect(broadcast.status().warnings.join()).toContain("the encoder went on in HEVC");
  broadcast.end("publisher-finished", "");
});
