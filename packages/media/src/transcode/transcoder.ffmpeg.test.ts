import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { findFfmpeg } from "../ffmpeg/find-ffmpeg.ts";
import type { LadderPlan } from "../port/ladder.ts";
import type { MediaEngineOptions } from "../port/options.ts";
import type { PublishDecision } from "../port/publish.ts";
import { encodedFilm } from "../testing/encoded-film.ts";
import { EngineHarness, hasFfmpeg, run, servePlayback } from "../testing/engine-harness.ts";
import { BELOW_SOURCE, INSTEAD_OF_SOURCE } from "../testing/ladders.ts";

const STREAM = "channel/rec-a";
const program = findFfmpeg("auto", process.env.PATH) ?? "";
const ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0)) {
    await end();
  }
});

async function start(
  ladder: LadderPlan,
  options: Pick<MediaEngineOptions, "ffmpeg" | "transcodeCores"> = {},
) {
  const harness: EngineHarness = new EngineHarness(
    { ffmpeg: program, transcodeCores: 8, ...options },
    {
      authorizePublish: async (request): Promise<PublishDecision> => {
        const decision = harness.allow(request);
        return decision.allow ? { ...decision, ladder } : decision;
      },
    },
  );
  await harness.start();
  const { url, server }: { url: string; server: Server } = await servePlayback(harness);
  ends.push(
    () => harness.engine.close(),
    () => server.close(),
  );
  return { harness, url };
}

/** Low rates: it is the ladder that is tested, not the processor. */
async function publish(harness: EngineHarness, size: string, seconds: number) {
  const film = await encodedFilm([
    ...["-f", "lavfi", "-i", `testsrc2=size=${size}:rate=10:duration=${seconds}`],
    ...["-f", "lavfi", "-i", `sine=frequency=440:sample_rate=48000:duration=${seconds}`],
    ...["-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-g", "20"],
    ...["-pix_fmt", "yuv420p", "-sc_threshold", "0"],
    ...["-c:a", "aac"],
  ]);
  return run("ffmpeg", [
    ...["-v", "error", "-i", film, "-c", "copy", "-f", "flv", "-tls_verify", "0"],
    `rtmps://127.0.0.1:${harness.rtmpsPort}/app/rec-a`,
  ]);
}

async function ids(harness: EngineHarness): Promise<string[]> {
  const playlist = (await harness.engine.multivariantPlaylist(STREAM, "")) ?? "";
  return [...playlist.matchAll(/VIDEO="(\w+)"/g)].map((match) => match[1] ?? "");
}

/** Times of the keyframes of a playlist. */
async function keyframes(url: string): Promise<string[]> {
  const packets = ["-show_entries", "packet=pts_time,flags", "-of", "csv=p=0"];
  const probed = await run("ffprobe", ["-v", "error", "-select_streams", "v:0", ...packets, url]);
  expect(probed.stderr).toBe("");
  return probed.stdout
    .split("\n")
    .flatMap((line) => (line.includes("K") ? [line.slice(0, 8)] : []));
}

async function decode(url: string): Promise<void> {
  const args = ["-v", "warning", "-xerror", "-i", url, "-map", "0", "-f", "null", "-"];
  expect(await run("ffmpeg", args)).toEqual({ status: 0, stdout: "", stderr: "" });
}

/** A program in ffmpeg's place. */
function script(lines: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), "rolecast-ffmpeg-"));
  ends.push(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "ffmpeg");
  writeFileSync(file, ["#!/bin/sh", `cd ${folder}`, ...lines, ""].join("\n"));
  chmodSync(file, 0o755);
  return file;
}

describe.skipIf(!hasFfmpeg)("a ladder made by ffmpeg (skipped where it is not installed)", () => {
  test("of 720p: every rendition is listed, recorded, cut at the same keyframes and decodes", async () => {
    const { harness, url } = await start(BELOW_SOURCE);
    expect((await publish(harness, "1280x720", 5)).stderr).toBe("");
    const done = await harness.seen("recording-complete");
    expect(done).toMatchObject({ gaps: 0, files: 4 });
    const names = ["720p30", "480p30", "360p30", "160p30"];
    expect(await ids(harness)).toEqual(names);
    await decode(`${url}/live/${STREAM}/index.m3u8`);
    await decode(`${url}/objects/media/hls/master.m3u8`);
    const times = await Promise.all(
      names.map((name) => keyframes(`${url}/live/${STREAM}/${name}/playlist.m3u8`)),
    );
    expect(times[0]).toHaveLength(3);
    expect(new Set(times.map(String)).size).toBe(1);
    const [media] = harness.recordings;
    expect(media?.media.renditions.map(({ path, width, height }) => [path, width, height])).toEqual(
      [
        ["720p30", 1280, 720],
        ["480p30", 852, 480],
        ["360p30", 640, 360],
        ["160p30", 284, 160],
      ],
    );
  });

  test("instead of the source has sound alone as its last rendition", async () => {
    const { harness, url } = await start(INSTEAD_OF_SOURCE);
    await publish(harness, "320x180", 5);
    await harness.seen("recording-complete");
    expect(await ids(harness)).toEqual(["160p30", "audio_only"]);
    const sound = `${url}/live/${STREAM}/audio_only/playlist.m3u8`;
    const probed = await run("ffprobe", [
      ...["-v", "error", "-show_entries", "stream=codec_name:format=duration", "-of", "csv=p=0"],
      sound,
    ]);
    expect(probed.stdout.split("\n")).toContain("aac");
    expect(probed.stdout).not.toContain("h264");
    await decode(sound);
  });

  test("has no hole where ffmpeg ended in the middle", async () => {
    const once = `if [ ! -e ran ]; then touch ran; head -c 150000 | ${program} "$@"; exit 1; fi`;
    const ffmpeg = script([once, `exec ${program} "$@"`]);
    const { harness, url } = await start(BELOW_SOURCE, { ffmpeg });
    await publish(harness, "320x180", 9);
    expect(await harness.seen("recording-complete")).toMatchObject({ gaps: 0, durationMs: 9_000 });
    expect(await ids(harness)).toEqual(["chunked", "160p30"]);
    const times = await Promise.all(
      ["chunked", "160p30"].map((name) =>
        keyframes(`${url}/objects/media/hls/${name === "chunked" ? "180p30" : name}/playlist.m3u8`),
      ),
    );
    expect(times[0]).toHaveLength(5);
    expect(times[1]).toEqual(times[0]);
    await decode(`${url}/objects/media/hls/160p30/playlist.m3u8`);
  });

  test("gives way to the source where ffmpeg can't make it", async () => {
    const { harness } = await start(BELOW_SOURCE, { ffmpeg: script(["exit 1"]) });
    await publish(harness, "1280x720", 5);
    expect(await harness.seen("recording-complete")).toMatchObject({ gaps: 0 });
    expect(await ids(harness)).toEqual(["chunked"]);
    expect(harness.types()).toContain("stream-start");
  });

  test("ends the session where there is no room for it", async () => {
    const { harness } = await start(BELOW_SOURCE, { transcodeCores: 0.001 });
    await publish(harness, "320x180", 5);
    const { reason } = await harness.seen("stream-failure");
    expect(reason).toBe("transcode-capacity");
    expect((await harness.seen("session-ended")).reason).toBe("transcode-capacity");
    expect(harness.types()).not.toContain("stream-start");
  });
});
