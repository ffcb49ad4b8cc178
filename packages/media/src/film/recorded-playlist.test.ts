import { expect, test } from "vitest";
import { PLAYLIST_BYTES_MAX, PLAYLIST_FILES_MAX, readPlaylist } from "./recorded-playlist.ts";

async function* inPieces(text: string, pieceBytes: number) {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

const RENDITION = [
  "#EXTM3U",
  '#EXT-X-MAP:URI="init-ä.mp4"\r',
  "#EXTINF:9.6,",
  "0.mp4",
  "",
  "#EXT-X-DISCONTINUITY",
  "#EXTINF:10",
  "1.mp4",
].join("\n");

test.each([1, 7, 1_000])("a rendition's files are read in pieces of %i bytes", async (size) => {
  expect(await readPlaylist(inPieces(RENDITION, size))).toEqual({
    variant: undefined,
    files: [
      { uri: "0.mp4", durationMs: 9_600, discontinuity: false, initUri: "init-ä.mp4" },
      { uri: "1.mp4", durationMs: 10_000, discontinuity: true, initUri: "init-ä.mp4" },
    ],
  });
});

test.each([
  ["the largest picture's", "small=160x90 large=320x180 same=320x180", "large", true],
  ["the first one's of sound", "a= b=", "a", false],
])("of several variants %s is chosen", async (_, variants, uri, hasVideo) => {
  const lines = variants.split(" ").flatMap((variant) => {
    const [name, size] = variant.split("=");
    return [`#EXT-X-STREAM-INF:BANDWIDTH=1${size ? `,RESOLUTION=${size}` : ""}`, name];
  });
  expect(await readPlaylist(inPieces(lines.join("\n"), 10))).toEqual({
    variant: { uri, hasVideo },
    files: [],
  });
});

test.each(["a\n", "\n", "#\n", "#EXTINF:2,\na\n", "a", "#EXT-X-STREAM-INF:\na\n"])(
  "a playlist of %j without an end is given up early",
  async (line) => {
    const piece = Buffer.from(line.repeat(10_000));
    let readBytes = 0;
    let isClosed = false;
    const endless = async function* () {
      try {
        while (readBytes < 100 * PLAYLIST_BYTES_MAX) {
          readBytes += piece.length;
          yield piece;
        }
      } finally {
        isClosed = true;
      }
    };
    await expect(readPlaylist(endless())).rejects.toMatchObject({ code: "limit" });
    expect(isClosed).toBe(true);
    expect(readBytes).toBeLessThanOrEqual(PLAYLIST_BYTES_MAX + piece.length);
  },
);

test("as many files as may be are read, and not one more", async () => {
  const most = "a\n".repeat(PLAYLIST_FILES_MAX);
  expect((await readPlaylist(inPieces(most, 65_536))).files).toHaveLength(PLAYLIST_FILES_MAX);
  await expect(readPlaylist(inPieces(`${most}a`, 65_536))).rejects.toThrow(/at most 50000 files/);
});

test.each(["1e308", "-1", "NaN", "Infinity", "3600.001", "0x10", "", "1".repeat(400)])(
  "a file can't last %s seconds",
  async (seconds) => {
    const playlist = inPieces(`#EXTINF:${seconds},\n0.ts\n`, 100);
    await expect(readPlaylist(playlist)).rejects.toThrow(/no length up to 3600 s/);
  },
);

test.each(["#EXT-X-BYTERANGE:10@0", '#EXT-X-MAP:URI="a",BYTERANGE="10@0"'])(
  "%s is refused, since whole files are joined",
  async (tag) => {
    const playlist = inPieces(`#EXTINF:2,\n${tag}\n0.ts\n`, 100);
    await expect(readPlaylist(playlist)).rejects.toMatchObject({ code: "unsupported-media" });
  },
);
