import { expect, test } from "vitest";
import type { Rendition } from "../hls/rendition.ts";
import { segment } from "../testing/synthetic-media.ts";
import { Thumbnails } from "./thumbnails.ts";

const TRACKS: readonly Rendition[] = [1_080, 720].map((height) => ({
  id: height === 1_080 ? "chunked" : `${height}p30`,
  name: `${height}p30`,
  picture: { width: height * 2, height, frameRate: 30 },
  codecs: "",
}));

function make(decode: () => Promise<Buffer>): Thumbnails {
  const thumbnails = { intervalMs: 1_000, heights: undefined, sequential: true, latest: true };
  const limits = { lastThumbnailMaxMs: 20 };
  const wanted = { plan: { thumbnails }, decoder: { decode }, limits };
  return new Thumbnails(TRACKS, true, wanted, () => undefined);
}

test("several tracks have thumbnails each, the further ones in folders of their names", async () => {
  const thumbnails = make(async () => Buffer.from("jpeg"));
  const size = (height: number) => ({ width: height * 2, height });
  expect(thumbnails.media).toEqual({
    thumbnails: { path: "media/thumbnails", ...size(1_080) },
    additionalThumbnails: [{ path: "media/thumbnails/720p30", ...size(720) }],
    latestThumbnail: { path: "media/latest_thumbnail/thumb.jpg", ...size(1_080) },
    additionalLatestThumbnails: [{ path: "media/latest_thumbnail/720p30/thumb.jpg", ...size(720) }],
  });
  thumbnails.continueAt(4);
  thumbnails.add("1080p30", segment());
  thumbnails.add("720p30", segment());
  await thumbnails.finish();
  const objects = [...thumbnails.take(), ...thumbnails.take(), ...thumbnails.take()];
  expect(objects.map(({ path }) => path)).toEqual([
    "media/thumbnails/thumb4.jpg",
    "media/latest_thumbnail/thumb.jpg",
    "media/thumbnails/720p30/thumb4.jpg",
    "media/latest_thumbnail/720p30/thumb.jpg",
  ]);
});

test("a recording that goes on overwrites none, whichever track has lost pictures", async () => {
  let decodes = 0;
  const thumbnails = make(async () => {
    decodes += 1;
    if (decodes === 2) {
      throw new Error("broken");
    }
    return Buffer.from("jpeg");
  });
  const counted: unknown[] = [];
  for (let round = 0; round < 2; round += 1) {
    thumbnails.add("1080p30", segment());
    thumbnails.add("720p30", segment());
    await thumbnails.finish();
    for (let objects = thumbnails.take(); objects.length > 0; objects = thumbnails.take()) {
      counted.push(objects[0]?.path, objects[0]?.thumbnail);
      thumbnails.written(true);
    }
  }
  expect(counted).toEqual([
    ...["media/thumbnails/thumb0.jpg", 0],
    ...["media/thumbnails/thumb1.jpg", 1],
    ...["media/thumbnails/720p30/thumb0.jpg", 1],
  ]);
});
