import { describe, expect, test } from "vitest";
import type { Rendition } from "../hls/rendition.ts";
import type { HeightRange } from "../port/recording.ts";
import { recordedRenditions, thumbnailRenditions } from "./recorded-renditions.ts";

const hd: HeightRange = { above: 480, upTo: 720 };
const sd: HeightRange = { above: 360, upTo: 480 };
const lowest: HeightRange = { above: 0, upTo: 360 };
const fullHd: HeightRange = { above: 720, upTo: 1_080 };

function ladder(...heights: readonly number[]): Rendition[] {
  return heights.map((height, index) => ({
    id: index === 0 ? "chunked" : `${height}p30`,
    name: `${height}p30`,
    picture: height === 0 ? undefined : { width: height * 2, height, frameRate: 30 },
    codecs: "",
  }));
}
const heightsOf = (renditions: readonly Rendition[]) =>
  renditions.map(({ picture }) => picture?.height ?? 0);

describe("recorded renditions", () => {
  test.each([
    ["all", [1_080, 720, 480, 360, 160, 0], "all", [1_080, 720, 480, 360, 160, 0]],
    ["none", [1_080, 720], "none", []],
    ["those of the chosen ranges", [1_080, 720, 480, 360, 160], [hd, lowest], [720, 360, 160]],
    ["what there is of the chosen ones", [480, 360], [fullHd, sd], [480]],
    ["the best one where there is none of them", [720, 160, 0], [sd, fullHd], [720]],
    ["a range's upper bound, not its lower one", [481, 480, 360], [sd], [480]],
  ] as const)("are %s", (_, heights, wanted, recorded) => {
    expect(heightsOf(recordedRenditions(ladder(...heights), wanted))).toEqual(recorded);
  });
});

describe("the renditions of thumbnails", () => {
  test.each([
    ["the encoder's own", [720, 480], undefined, false, [720]],
    ["the best of their range", [1_080, 720, 360, 160], lowest, false, [360]],
    ["the encoder's own where the range is empty", [1_080, 360], sd, false, [1_080]],
    ["all of several tracks", [1_080, 720, 480], undefined, true, [1_080, 720, 480]],
    ["the best of their range, of several tracks", [1_080, 480, 360], sd, true, [480]],
    ["none without a picture", [0], undefined, true, []],
  ] as const)("are %s", (_, heights, range, isMultitrack, chosen) => {
    expect(heightsOf(thumbnailRenditions(ladder(...heights), range, isMultitrack))).toEqual(chosen);
  });
});
