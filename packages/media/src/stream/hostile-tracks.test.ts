import { describe, expect, test } from "vitest";
import { defaultMediaLimits } from "../limits.ts";
import { asTrack } from "../testing/films.ts";
import { otherAvcRecord, videoBody, videoConfigBody } from "../testing/synthetic-media.ts";
import { testBroadcast } from "../testing/test-broadcast.ts";
import type { PublisherFeed } from "./publisher-feed.ts";

const track = (id: number, body: Buffer): Buffer =>
  asTrack(id, { type: 9, timestampMs: 0, body }).body;
/** Each of another height: two tracks of one name are refused. */
const headers = [videoConfigBody(), track(1, videoConfigBody(otherAvcRecord))];
const several = { multitrack: { required: false, heightMax: 2_000 }, container: "fmp4" as const };
const limits = { ...defaultMediaLimits, segmentBytesMax: 1_000_000 };

function begin(feed: PublisherFeed): void {
  for (const header of headers) {
    feed.video(0, header);
  }
}

describe("what an encoder of several tracks can make the server keep", () => {
  test.each<[string, string, (feed: PublisherFeed) => void]>([
    [
      "a seventh track",
      "6 video tracks at most are taken",
      ({ tracks }) => {
        for (let id = 0; id < 255; id += 1) {
          tracks.readVideo(track(id, videoConfigBody()));
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
