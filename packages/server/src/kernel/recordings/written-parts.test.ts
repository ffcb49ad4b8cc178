import type { RecordingMedia } from "@rolecast/media";
import { expect, test } from "vitest";
import { partOf, readWrittenParts, writtenMedia } from "./written-parts.ts";

const size = { width: 1, height: 1 };
const picture = (path: string) => ({ path, ...size });
const rendition = (path: string) => ({
  ...{ path, playlist: "playlist.m3u8", byteRangePlaylist: "byte-range-variant.m3u8" },
  ...{ ...size, frameRate: 30, codecs: "" },
});
const [RENDITIONS, PICTURES] = [
  ["720p30", "480p30"],
  ["one", "two"],
];
const MEDIA = {
  hlsPath: "media/hls",
  playlist: "master.m3u8",
  byteRangePlaylist: "byte-range-multivariant.m3u8",
  renditions: RENDITIONS.map(rendition),
  thumbnails: picture("media/thumbnails"),
  latestThumbnail: picture("media/latest_thumbnail/thumb.jpg"),
  additionalThumbnails: PICTURES.map((name) => picture(`media/thumbnails/${name}`)),
  additionalLatestThumbnails: PICTURES.map((name) =>
    picture(`media/latest_thumbnail/${name}/thumb.jpg`),
  ),
} satisfies RecordingMedia;

/** Each part of the recording, with an object that makes it be there. */
const PARTS: readonly (readonly [part: string, object: string])[] = [
  ...["media/hls/master.m3u8", "media/hls/byte-range-multivariant.m3u8"],
  ...RENDITIONS.flatMap((name) => [
    `media/hls/${name}/playlist.m3u8`,
    `media/hls/${name}/byte-range-variant.m3u8`,
  ]),
  "media/latest_thumbnail/thumb.jpg",
  ...PICTURES.map((name) => `media/latest_thumbnail/${name}/thumb.jpg`),
]
  .map((path) => [path, path] as const)
  .concat(
    ["media/thumbnails", ...PICTURES.map((name) => `media/thumbnails/${name}`)].map(
      (folder) => [folder, `${folder}/thumb0.jpg`] as const,
    ),
  );

/** The paths that the recording's files name, of the parts that are there. */
function namedOf(parts: ReadonlySet<string> | undefined): string[] {
  const { hls, ...pictures } = writtenMedia(MEDIA, parts);
  const playlists = [
    hls?.playlist,
    hls?.byteRangePlaylist,
    ...(hls?.renditions ?? []).flatMap(({ path, playlist, byteRangePlaylist }) => [
      `${path}/${playlist}`,
      byteRangePlaylist && `${path}/${byteRangePlaylist}`,
    ]),
  ].flatMap((name) => (name === undefined ? [] : `media/hls/${name}`));
  const { thumbnails, latestThumbnail, additionalThumbnails = [] } = pictures;
  const { additionalLatestThumbnails = [] } = pictures;
  const all = [thumbnails, latestThumbnail, ...additionalThumbnails, ...additionalLatestThumbnails];
  return [...playlists, ...all.flatMap((one) => one?.path ?? [])].toSorted();
}

const every = PARTS.map(([part]) => part);

test.each(PARTS)("%s is there once %s is, and named then alone", (part, object) => {
  expect(partOf(MEDIA, object)).toBe(part);
  const others = every.filter((each) => each !== part);
  // A rendition without its playlist isn't named at all.
  const lost = part.endsWith("/playlist.m3u8")
    ? [part, part.replace("playlist.m3u8", "byte-range-variant.m3u8")]
    : [part];
  expect(namedOf(new Set(others))).toEqual(every.filter((each) => !lost.includes(each)).toSorted());
});

test.each([
  "media/hls/720p30/0.ts",
  "media/hls/other/playlist.m3u8",
  "media/thumbnails",
  "media/latest_thumbnail/three/thumb.jpg",
  "thumb0.jpg",
  "",
])("%j is no part that is named", (path) => {
  expect(partOf(MEDIA, path)).toBeUndefined();
});

test("all that was planned is named where nothing was noted", () => {
  expect(readWrittenParts(null)).toBeUndefined();
  expect(namedOf(undefined)).toEqual(every.toSorted());
  expect(namedOf(readWrittenParts(JSON.stringify(every)))).toEqual(every.toSorted());
});

test("nothing is named where nothing is there, or nothing was planned", () => {
  expect(writtenMedia(MEDIA, new Set())).toEqual({
    hls: { playlist: undefined, byteRangePlaylist: undefined, renditions: [] },
  });
  const { hlsPath, playlist, byteRangePlaylist } = MEDIA;
  const planned = { hlsPath, playlist, byteRangePlaylist, renditions: [] };
  expect(writtenMedia(planned, undefined)).toEqual({});
  expect(partOf(planned, "media/thumbnails/thumb0.jpg")).toBeUndefined();
});
