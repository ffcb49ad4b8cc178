import { mkdtemp, rm } from "node:fs/promises";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodedFilm } from "../testing/encoded-film.ts";
import {
  decode,
  EngineHarness,
  encoderArguments,
  hasFfmpeg,
  run,
  servePlayback,
} from "../testing/engine-harness.ts";

const SECONDS = 23;
const B_FRAMES = ["-preset", "medium", "-bf", "3", "-g", "30", "-ar", "44100", "-ac", "1"];

/** Sends an encoded film as it is: to encode it again takes ten times as long. */
async function copyOf(encoder: readonly string[]): Promise<readonly string[]> {
  const film = await encodedFilm(encoder);
  return ["-v", "error", "-nostdin", "-i", film, "-c", "copy"];
}

describe.skipIf(!hasFfmpeg)("ffmpeg publishes (skipped where ffmpeg is not installed)", () => {
  const harness = new EngineHarness();
  let url = "";
  let server: Server;

  beforeAll(async () => {
    await harness.start();
    ({ url, server } = await servePlayback(harness));
  });

  afterAll(async () => {
    await harness.engine.close();
    server.close();
  });

  test.for([
    ["rtmp", []],
    ["rtmps", ["-tls_verify", "0"]],
  ] as const)(
    "over %s, plays live and is recorded with both kinds of playlists",
    async ([scheme, tlsOptions]) => {
      const port = scheme === "rtmp" ? harness.rtmpPort : harness.rtmpsPort;
      const key = `rec-${scheme}`;
      const published = await run("ffmpeg", [
        ...(await copyOf(encoderArguments(SECONDS))),
        ...["-f", "flv", ...tlsOptions, `${scheme}://127.0.0.1:${port}/app/${key}`],
      ]);
      expect(published).toEqual({ status: 0, stdout: "", stderr: "" });
      const { streamId } = await harness.seen(
        "session-created",
        (event) => event.streamName === `channel/${key}`,
      );
      const done = await harness.seen("recording-complete", (event) => event.streamId === streamId);
      expect(done.gaps).toBe(0);
      expect(Math.abs(done.durationMs - SECONDS * 1_000)).toBeLessThan(100);

      const live = await decode(`${url}/live/channel/${key}/index.m3u8`);
      expect(live.codecs).toEqual(["h264", "aac"]);
      for (const playlist of ["master.m3u8", "byte-range-multivariant.m3u8"]) {
        const recorded = await decode(`${url}/objects/media/hls/${playlist}`);
        expect(Math.abs(recorded.seconds - SECONDS)).toBeLessThan(0.1);
        expect(recorded.sizes).toEqual(["320x180"]);
      }
    },
  );

  test.for([
    [
      "B-frames, keyframes each second, 44.1 kHz mono",
      B_FRAMES,
      { tracks: ["h264", "aac"], intervals: 7 },
    ],
    [
      "video alone",
      ["-preset", "ultrafast", "-g", "60", "-an"],
      { tracks: ["h264"], intervals: 4 },
    ],
    [
      "keyframes each 47 frames",
      ["-preset", "ultrafast", "-g", "47", "-bf", "0", "-x264-params", "keyint=47:min-keyint=20"],
      { tracks: ["h264", "aac"], intervals: 5 },
    ],
  ] as const)(
    "%s: live and both recorded playlists decode without a warning",
    async ([name, overrides, expected]) => {
      await decodes(`rec-${name.replaceAll(/[^a-z]/g, "")}`, overrides, expected);
    },
  );

  test("copied out of a transport stream, of which ffmpeg knows the sound at its first frame", async () => {
    const folder = await mkdtemp(join(tmpdir(), "rolecast-copied-"));
    try {
      const file = join(folder, "film.ts");
      await run("ffmpeg", [...(await copyOf(encoderArguments(7))), "-f", "mpegts", file]);
      const expected = { tracks: ["h264", "aac"], intervals: 4 };
      await publishes("rec-copied", ["-v", "error", "-i", file, "-c", "copy"], expected);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  interface Expected {
    readonly tracks: readonly string[];
    readonly intervals: number;
  }

  async function decodes(
    key: string,
    overrides: readonly string[],
    expected: Expected,
  ): Promise<void> {
    await publishes(key, await copyOf(encoderArguments(7, overrides)), expected);
  }

  /** Publishes 7 s; all that is served and recorded decodes. */
  async function publishes(
    key: string,
    encoder: readonly string[],
    expected: Expected,
  ): Promise<void> {
    harness.objects.clear();
    const published = await run("ffmpeg", [
      ...encoder,
      ...["-f", "flv", `rtmp://127.0.0.1:${harness.rtmpPort}/app/${key}`],
    ]);
    expect(published).toEqual({ status: 0, stdout: "", stderr: "" });
    const streamName = `channel/${key}`;
    const { media } = await harness.seen("media-info", (event) => event.streamName === streamName);
    expect(media.video).toMatchObject({ width: 320, height: 180, frameRate: 30 });
    expect(media.encoder).toMatch(/^Lavf/);
    const bitrates = [media.video, media.audio ?? media.video].map((track) => track.targetBitrate);
    expect(Math.min(...bitrates)).toBeGreaterThan(10_000);
    await harness.seen("recording-complete", (event) => event.streamName === streamName);
    for (const path of [
      `live/${streamName}/index.m3u8`,
      "objects/media/hls/master.m3u8",
      "objects/media/hls/byte-range-multivariant.m3u8",
    ]) {
      const { codecs, seconds } = await decode(`${url}/${path}`);
      expect(codecs).toEqual(expected.tracks);
      expect(Math.abs(seconds - 7)).toBeLessThan(0.1);
    }
    const ranges = harness.objects.get("media/hls/180p30/byte-range-variant.m3u8")?.body ?? [];
    expect(
      Buffer.from(ranges)
        .toString()
        .match(/#EXT-X-BYTERANGE/g),
    ).toHaveLength(expected.intervals);
  }

  test.for([
    ["B-frames", B_FRAMES, ["h264", "aac"], 7],
    ["video alone", ["-preset", "ultrafast", "-g", "60", "-an"], ["h264"], 4],
  ] as const)("%s as fragmented MPEG-4", async ([name, overrides, tracks, intervals]) => {
    const key = `rec-fmp4-${name.replaceAll(/[^a-z]/g, "")}`;
    await decodes(key, overrides, { tracks, intervals });
    const playlist = await harness.engine.mediaPlaylist(`channel/${key}`, "chunked");
    expect(playlist?.match(/#EXT-X-MAP:URI="init-[0-9a-f]{12}\.mp4"/g)).toHaveLength(1);
    expect(playlist).toContain("\n0.mp4\n");
    const recorded = [...harness.objects.values()].map(({ path }) => path);
    expect(recorded.filter((path) => /init-[0-9a-f]{12}\.mp4$/.test(path))).toHaveLength(1);
    expect(recorded).toContain("media/hls/180p30/0.mp4");
    expect(harness.objects.get("media/hls/180p30/0.mp4")?.contentType).toBe("video/mp4");
  });
});
