import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MediaError } from "../port/media-error.ts";
import type { FlvFeed } from "../testing/flv-feed.ts";
import { BELOW_SOURCE, SOURCE_LIMITS } from "../testing/ladders.ts";
import {
  audioBody,
  audioConfigBody,
  avcConfig,
  otherAvcRecord,
  tooLargeAvcRecord,
  videoBody,
  videoConfigBody,
  withSets,
} from "../testing/synthetic-media.ts";
import { testBroadcast } from "../testing/test-broadcast.ts";
import { demux } from "../testing/ts-demuxer.ts";
import { TranscodeCapacity } from "../transcode/transcode-capacity.ts";
import type { TranscodePlan } from "./broadcast-options.ts";

const wellFormed = [
  videoConfigBody(),
  videoBody(true),
  videoBody(false),
  audioConfigBody,
  audioBody,
];
const damaged = fc
  .tuple(fc.constantFrom(...wellFormed), fc.nat(), fc.nat(255), fc.nat(20))
  .map(([body, at, value, cut]) => {
    const bytes = Buffer.from(body);
    bytes[at % bytes.length] = value;
    return bytes.subarray(0, Math.max(0, bytes.length - (cut > 10 ? cut : 0)));
  });
const body = fc.oneof(
  fc.constantFrom(...wellFormed).map((bytes) => Buffer.from(bytes)),
  damaged,
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
);

describe("publisher feed", () => {
  test("any audio and video bodies end in well-formed segments or in a typed error", async () => {
    const message = fc.tuple(fc.boolean(), fc.oneof(fc.nat(9_000), fc.nat(0xffffffff)), body);
    await fc.assert(
      fc.asyncProperty(fc.array(message, { maxLength: 40 }), async (messages) => {
        const { live, broadcast, feed } = testBroadcast();
        feed.video(0, videoConfigBody());
        try {
          for (const [isVideo, timestampMs, bytes] of messages) {
            if (isVideo) {
              feed.video(timestampMs, bytes);
            } else {
              feed.audio(timestampMs, bytes);
            }
          }
        } catch (error) {
          expect(error).toBeInstanceOf(MediaError);
        }
        broadcast.end("protocol-error", "");
        const continuity = new Map<number, number>();
        for (let sequence = 0; sequence < 40; sequence += 1) {
          demux((await live.segment("chunked", sequence)) ?? Buffer.alloc(0), continuity);
        }
      }),
      { numRuns: 200 },
    );
  });

  describe("parameter sets in a keyframe", () => {
    const second = (record: Buffer, ...further: readonly Buffer[]) => {
      const { events, feed, broadcast } = testBroadcast({ sourceLimits: SOURCE_LIMITS });
      feed.video(0, videoConfigBody());
      for (let timeMs = 0; timeMs <= 6_000; timeMs += 1_000) {
        const body = videoBody(timeMs % 2_000 === 0);
        const isLater = timeMs >= 4_000 && timeMs % 2_000 === 0;
        feed.video(timeMs, isLater ? withSets(body, record, ...further) : body);
      }
      const { media } = broadcast.status();
      return { types: events.map(({ type }) => type), height: media?.video.height };
    };

    test("of the same picture change nothing", () => {
      const { types, height } = second(avcConfig.record);
      expect(types.filter((type) => type === "media-info")).toHaveLength(1);
      expect(height).toBe(180);
    });

    test("are reported", () => {
      expect(second(otherAvcRecord).height).toBe(1_080);
    });

    test("are stronger than a header of the old picture that comes before each", () => {
      const { feed, live } = testBroadcast();
      for (let timeMs = 0; timeMs < 14_000; timeMs += 2_000) {
        feed.video(timeMs, videoConfigBody());
        const isOther = timeMs >= 4_000 && timeMs < 8_000;
        const body = videoBody(true);
        feed.video(timeMs, isOther ? withSets(body, otherAvcRecord) : body);
      }
      // To the other one and, without sets, back again.
      const breaks = live.mediaPlaylist("chunked")?.match(/#EXT-X-DISCONTINUITY\n/g);
      expect(breaks).toHaveLength(2);
      expect(live.multivariantPlaylist("")).toContain("x180,");
    });

    test("are held to the channel's limits", () => {
      expect(second(tooLargeAvcRecord).types).toContain("limit-breach");
    });

    test("have no more room than a sequence header's", () => {
      const further = [1, 2].map((id) => Buffer.alloc(40_000, Buffer.of(0x68, id)));
      const message = /^the video sequence header has 80\d\d\d bytes: 65536 are allowed$/;
      expect(() => second(otherAvcRecord, ...further)).toThrow(
        expect.objectContaining({ code: "limit", message: expect.stringMatching(message) }),
      );
    });
  });

  describe("a picture that changes", () => {
    const SMALL = { header: videoConfigBody(), bytes: 500_000 / 8 - 4 };
    const LARGE = { header: videoConfigBody(otherAvcRecord), bytes: 3_000_000 / 8 - 4 };
    const changed = ([first, second]: readonly (typeof SMALL)[]) => {
      const { events, feed, live, broadcast } = testBroadcast({ sourceLimits: SOURCE_LIMITS });
      const listed: unknown[] = [];
      for (const [index, film] of [first, second].entries()) {
        feed.video(index * 12_000, film?.header ?? Buffer.alloc(0));
        for (let timeMs = index * 12_000; timeMs < (index + 1) * 12_000; timeMs += 1_000) {
          feed.video(timeMs, videoBody(timeMs % 2_000 === 0, film?.bytes));
          listed.push(live.multivariantPlaylist("")?.match(/RESOLUTION=\d+x(\d+)/)?.[1]);
        }
      }
      const media = events.flatMap((event) => (event.type === "media-info" ? [event.media] : []));
      return {
        breaches: events.filter(({ type }) => type === "limit-breach"),
        media: media.map(({ video }) => [video.height, video.targetBitrate]),
        listed: listed.slice(11, 15),
        measured: broadcast.status().measured.videoBitrate,
      };
    };

    test.for([
      ["larger", [SMALL, LARGE], [180, 500_000], [1_080, 3_000_000]],
      ["smaller", [LARGE, SMALL], [1_080, 3_000_000], [180, 500_000]],
    ] as const)(
      "to a %s one is reported and measured from its own first segment on",
      ([, films, before, after]) => {
        const [old, next] = [String(before[0]), String(after[0])];
        expect(changed(films)).toEqual({
          breaches: [],
          media: [before, after],
          // The keyframe of the new one completes a segment of the old one.
          listed: [old, old, old, next],
          measured: after[1],
        });
      },
    );
  });

  test("is read less promptly if its frames wait for encoders, even less without parts", () => {
    const capacity = new TranscodeCapacity(1);
    const transcode = { ladder: BELOW_SOURCE, program: "", capacity } as const;
    expect(testBroadcast({ transcode }).feed.sink.pace).toBe("relaxed");
    expect(testBroadcast({ transcode, lowLatency: true }).feed.sink.pace).toBe("steady");
    expect(testBroadcast().feed.sink.pace).toBeUndefined();
  });

  const MP3 = Buffer.of(0x2f, 0xff, 0xfb);
  const AV1 = Buffer.from("\x90av01", "latin1");
  test.each([
    ["sound", "unsupported-media", (feed: FlvFeed) => feed.audio(33, MP3)],
    ["pictures", "video-codec", (feed: FlvFeed) => feed.video(33, AV1)],
  ] as const)(
    "of a stream that begins with %s in another codec nothing is shown or recorded",
    async (_what, code, refused) => {
      const { broadcast, events, feed } = testBroadcast({ sourceLimits: SOURCE_LIMITS });
      feed.video(0, videoConfigBody());
      feed.video(0, videoBody(true));
      expect(() => refused(feed)).toThrow(expect.objectContaining({ code }));
      feed.end(code, "");
      await broadcast.ending.recorded;
      expect(events.map(({ type }) => type)).toEqual([
        "session-created",
        "session-ended",
        "recording-complete",
      ]);
      expect(events.at(-1)).toMatchObject({ durationMs: 0, files: 0 });
    },
  );

  const fullUp: TranscodePlan = {
    program: "ffmpeg",
    ladder: BELOW_SOURCE,
    capacity: new TranscodeCapacity(0),
  };
  test.for([
    ["the source alone", undefined],
    ["a ladder", fullUp],
  ] as const)("%s: nothing is shown of a picture that is too large", async ([, transcode]) => {
    const made = testBroadcast({ sourceLimits: SOURCE_LIMITS, transcode });
    const { live, broadcast, events, feed } = made;
    feed.video(0, videoConfigBody(tooLargeAvcRecord));
    for (let timeMs = 0; timeMs < 5_000; timeMs += 100) {
      feed.audio(timeMs, timeMs === 0 ? audioConfigBody : audioBody);
      feed.video(timeMs, videoBody(timeMs % 2_000 === 0));
    }
    await broadcast.ending.concluded;
    const types = events.map(({ type }) => type);
    expect(types).toContain("limit-breach");
    expect(types).not.toContain("stream-start");
    expect(types).not.toContain("stream-failure");
    expect(live.multivariantPlaylist("")).toBeUndefined();
  });
});
