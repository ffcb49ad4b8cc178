import { describe, expect, test } from "vitest";
import type { Rendition } from "../hls/rendition.ts";
import type { ThumbnailPlan } from "../port/recording.ts";
import { segment } from "../testing/synthetic-media.ts";
import { RenditionThumbnails } from "./rendition-thumbnails.ts";

const rendition: Rendition = {
  id: "480p30",
  name: "480p30",
  picture: { width: 852, height: 480, frameRate: 30 },
  codecs: "",
};
const plan: ThumbnailPlan = {
  intervalMs: 60_000,
  heights: undefined,
  sequential: true,
  latest: true,
};
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function make(
  change: Partial<ThumbnailPlan> = {},
  decode: () => Promise<Buffer> = async () => Buffer.from("jpeg"),
) {
  const thumbnails = new RenditionThumbnails({
    layout: { firstNumber: 0, thumbnailPrefix: "thumb" },
    plan: { ...plan, ...change },
    rendition,
    subfolder: "",
    decoder: { decode },
    lastPictureMaxMs: 20,
    onPicture: () => undefined,
  });
  return thumbnails;
}

describe("a rendition's thumbnails", () => {
  test.each([
    [60_000, 2_000, [0, 30]],
    [60_000, 1_999, [0, 30]],
    [1_000, 2_000, [...Array(40).keys()]],
    [5_000, 2_000, [0, 3, 5, 8, 10, 13, 15, 18, 20, 23, 25, 28, 30, 33, 35, 38]],
    [10_000, 4_000, [0, 3, 5, 8, 10, 13, 15, 18, 20, 23, 25, 28, 30, 33, 35, 38]],
  ])("each %i ms of segments of %i ms come at segments %j", async (intervalMs, durationMs, at) => {
    const thumbnails = make({ intervalMs });
    const taken: number[] = [];
    for (let index = 0; index < 40; index += 1) {
      thumbnails.add("720p30", segment({ durationMs }));
      thumbnails.add("480p30", segment({ durationMs }));
      await turn();
      if (thumbnails.take().length > 0) {
        taken.push(index);
      }
    }
    expect(taken).toEqual(at);
  });

  test.each([
    [{ sequential: true, latest: false }, ["media/thumbnails/thumb7.jpg"]],
    [{ sequential: false, latest: true }, ["media/latest_thumbnail/thumb.jpg"]],
    [{}, ["media/thumbnails/thumb7.jpg", "media/latest_thumbnail/thumb.jpg"]],
  ])("are stored with %o as %j", async (change, paths) => {
    const thumbnails = make(change);
    thumbnails.continueAt(7);
    thumbnails.add("480p30", segment());
    await thumbnails.finish();
    expect(thumbnails.take().map(({ path }) => path)).toEqual(paths);
    const named = [thumbnails.media.numbered, thumbnails.media.latest];
    expect(named.filter(Boolean)).toHaveLength(paths.length);
  });

  test("numbers have no holes: what isn't decoded or written leaves its number to the next one", async () => {
    let decodes = 0;
    const thumbnails = make({ intervalMs: 1_000 }, async () => {
      decodes += 1;
      if (decodes === 2) {
        throw new Error("broken");
      }
      return Buffer.from("jpeg");
    });
    const numbers: unknown[] = [];
    for (const successful of [true, true, false, true]) {
      thumbnails.add("480p30", segment());
      await turn();
      const [first] = thumbnails.take();
      if (first !== undefined) {
        numbers.push(first.thumbnail);
        thumbnails.written(successful);
      }
    }
    expect(numbers).toEqual([0, 1, 1]);
    expect(thumbnails.lost).toBe(2);
  });

  test("a recording's end doesn't wait for a picture that takes too long, and never gets it", async () => {
    let decoded: (picture: Buffer) => void = () => undefined;
    const picture = new Promise<Buffer>((resolve) => {
      decoded = resolve;
    });
    const thumbnails = make({}, () => picture);
    thumbnails.add("480p30", segment());
    await thumbnails.finish();
    expect(thumbnails.lost).toBe(1);
    decoded(Buffer.from("jpeg"));
    await turn();
    expect([thumbnails.take(), thumbnails.lost]).toEqual([[], 1]);
  });
});
