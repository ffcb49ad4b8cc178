import { execFile } from "node:child_process";
import { createReadStream } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { defaultMediaLimits } from "../port/limits.ts";
import { encodedFilm } from "../testing/encoded-film.ts";
import { hasFfmpeg } from "../testing/engine-harness.ts";
import { boxesIn } from "./mp4-boxes.ts";
import { readPlaylist } from "./recorded-playlist.ts";
import { writeFilm } from "./write-film.ts";

const SECONDS = 6;
const FILM = [
  ...["-f", "lavfi", "-i", `testsrc2=size=320x180:rate=30:duration=${SECONDS}`],
  ...["-f", "lavfi", "-i", `sine=frequency=440:sample_rate=48000:duration=${SECONDS}`],
  ...["-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-g", "60", "-pix_fmt", "yuv420p"],
  ...["-c:a", "aac"],
];
/** The pieces that the film is read in: no box and no packet begins where one of them does. */
const PIECE_BYTES = 7_919;

const run = promisify(execFile);

describe.skipIf(!hasFfmpeg)("films (skipped where ffmpeg is not installed)", () => {
  let dir = "";
  let source = "";

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "rolecast-film-"));
    source = await encodedFilm(FILM);
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  test.each(["mpegts", "fmp4"])("files of %s become one film with every picture", async (type) => {
    const playlist = await recorded(type);
    const film = await filmOf(type, playlist);
    expect(await pictures(film)).toEqual(await pictures(source));
    const { streams, duration } = await facts(film);
    expect(streams).toEqual(["video h264", "audio aac"]);
    expect(duration).toBeCloseTo(SECONDS, 0);
    expect((await readFile(film)).includes("mehd")).toBe(true);
  });

  test.each(["mpegts", "fmp4"])(
    "an encoder that came back and began anew at 0 continues the film, in %s",
    async (type) => {
      const playlist = await recorded(type);
      const again = playlist.replace("#EXTM3U", "#EXT-X-DISCONTINUITY");
      const film = await filmOf(type, `${playlist}${again}`);
      expect(await pictures(film)).toHaveLength(2 * SECONDS * 30);
      expect((await facts(film)).duration).toBeCloseTo(2 * SECONDS, 0);
      expect(
        (await timesOf(film)).every((time, at, all) => at === 0 || time > (all[at - 1] ?? 0)),
      ).toBe(true);
    },
  );

  test("pictures of another size follow in the same film of fragmented files", async () => {
    const large = await recorded("fmp4");
    const small = await recordedOf("160x90");
    const gap = "#EXT-X-DISCONTINUITY\n";
    const film = await filmOf("fmp4", `${large}${gap}${small}${gap}${large}`);
    const frames = ["-select_streams", "v", "-show_entries", "frame=width,height"];
    const sizes = await run("ffprobe", ["-v", "warning", ...frames, "-of", "csv=p=0", film]);
    const shown = sizes.stdout.split("\n").map((line) => line.split(",").slice(0, 2).join("x"));
    const each = SECONDS * 30;
    const all = ["320x180", "160x90", "320x180"].flatMap((size) => Array(each).fill(size));
    expect([sizes.stderr, shown.filter((line) => line !== "")]).toEqual(["", all]);
    expect((await pictures(film)).slice(0, each)).toEqual(await pictures(source));
    // A player that seeks begins with any keyframe, of either size.
    for (const seconds of [9, 15]) {
      const from = ["-v", "warning", "-ss", String(seconds), "-i", film];
      const { stderr } = await run("ffmpeg", [...from, "-frames:v", "2", "-f", "null", "-"]);
      expect(stderr).toBe("");
    }
    expect((await facts(film)).duration).toBeCloseTo(3 * SECONDS, 0);
    const times = await timesOf(film);
    expect(times.every((time, at) => at === 0 || time > (times[at - 1] ?? 0))).toBe(true);
  });

  test("sound whose settings changed is refused before the first byte", async () => {
    const playlist = await recorded("fmp4");
    const other = await recordedOf("160x90", ["-ar", "44100"]);
    const both = `${playlist}#EXT-X-DISCONTINUITY\n${other}`;
    await expect(filmOf("fmp4", both)).rejects.toThrow(/sound settings changed/);
  });

  test("a file that is cut short, or isn't one, is no film", async () => {
    const playlist = await recorded("fmp4");
    const [first = ""] = (await filesOf(playlist)).map(({ uri }) => uri);
    const bytes = await readFile(join(dir, "fmp4", first));
    await writeFile(join(dir, "fmp4", first), bytes.subarray(0, bytes.length - 100));
    await expect(filmOf("fmp4", playlist)).rejects.toThrow("the file is cut short");
    await writeFile(join(dir, "fmp4", first), Buffer.alloc(100_000));
    await expect(filmOf("fmp4", playlist)).rejects.toThrow("not a file of fragmented MPEG-4");
    await recorded("mpegts");
    await writeFile(join(dir, "mpegts", "0.ts"), Buffer.alloc(100_000, "text"));
    await expect(filmOf("mpegts", "#EXTINF:2.0,\n0.ts\n")).rejects.toThrow("transport stream");
  });

  test("pictures of another size follow in the same film of transport streams", async () => {
    const playlist = await recorded("mpegts");
    const small = await encodedFilm(FILM.map((word) => word.replace("320x180", "160x90")));
    const piece = join(dir, "mpegts", "small.ts");
    await run("ffmpeg", ["-v", "error", "-y", "-i", small, "-c", "copy", piece]);
    const other = `${playlist}#EXT-X-DISCONTINUITY\n#EXTINF:${SECONDS},\nsmall.ts\n`;
    const film = await filmOf("mpegts", other);
    expect(await pictures(film)).toHaveLength(2 * SECONDS * 30);
  });

  /** Cuts a film of another size as `recorded` does, below the folder of the first one's files. */
  async function recordedOf(size: string, more: readonly string[] = []): Promise<string> {
    const film = await encodedFilm([...FILM.map((word) => word.replace("320x180", size)), ...more]);
    const text = await recorded("fmp4", film, size);
    return text.replaceAll(/^(?=\w)|(?<=URI=")/gm, `${size}/`);
  }

  /** Cuts a film into files of 2 s, as a recording has them; returns their playlist. */
  async function recorded(type: string, film = source, below = ""): Promise<string> {
    const folder = join(dir, type, below);
    await run("mkdir", ["-p", folder]);
    const extension = type === "fmp4" ? "m4s" : "ts";
    const list = join(folder, "playlist.m3u8");
    const names = ["-hls_segment_filename", join(folder, `%d.${extension}`)];
    const hls = ["-f", "hls", "-hls_time", "2", "-hls_list_size", "0", "-hls_segment_type", type];
    await run("ffmpeg", ["-v", "error", "-y", "-i", film, "-c", "copy", ...hls, ...names, list]);
    return await readFile(list, "utf8");
  }

  async function filesOf(playlist: string) {
    return (await readPlaylist(Readable.from([Buffer.from(playlist)]))).files;
  }

  async function filmOf(type: string, playlist: string): Promise<string> {
    const made: Buffer[] = [];
    const files = await filesOf(playlist);
    const read = (uri: string) =>
      createReadStream(join(dir, type, uri), { highWaterMark: PIECE_BYTES });
    const limits = defaultMediaLimits;
    for await (const bytes of writeFilm({ files, hasVideo: true, read, limits })) made.push(bytes);
    const film = Buffer.concat(made);
    const types = boxesIn(film).map((place) => place.type);
    expect(types.slice(0, 3)).toEqual(["ftyp", "moov", "moof"]);
    expect(types.filter((name) => name === "moov")).toHaveLength(1);
    const path = join(dir, `${type}.mp4`);
    await writeFile(path, film);
    return path;
  }
});

/** The digest of each picture as it is shown. */
async function pictures(file: string): Promise<readonly string[]> {
  const md5 = ["-v", "error", "-i", file, "-map", "0:v", "-fps_mode", "passthrough"];
  const { stdout } = await run("ffmpeg", [...md5, "-f", "framemd5", "-"]);
  return stdout
    .split("\n")
    .filter((line) => /^\d/.test(line))
    .map((line) => line.split(",").at(-1)?.trim() ?? "");
}

async function timesOf(file: string): Promise<readonly number[]> {
  const entries = ["-select_streams", "v:0", "-show_entries", "packet=dts", "-of", "csv=p=0"];
  const { stdout } = await run("ffprobe", ["-v", "error", ...entries, file]);
  return stdout.split("\n").filter(Boolean).map(Number.parseFloat);
}

async function facts(file: string) {
  const entries = "stream=codec_type,codec_name:format=duration";
  const args = ["-v", "error", "-show_entries", entries, "-of", "json", file];
  const { stdout } = await run("ffprobe", args);
  const { streams, format } = JSON.parse(stdout) as {
    readonly streams: readonly { readonly codec_type: string; readonly codec_name: string }[];
    readonly format: { readonly duration: string };
  };
  return {
    streams: streams.map(({ codec_type: kind, codec_name: name }) => `${kind} ${name}`),
    duration: Number(format.duration),
  };
}
