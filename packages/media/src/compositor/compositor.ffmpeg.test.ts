import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runFfmpeg } from "../ffmpeg/ffmpeg-process.ts";
import type { CompositionEvent, CompositionPlan } from "../port/composition.ts";
import type { CastMember } from "../port/composition-layout.ts";
import { MediaError } from "../port/media-error.ts";
import { encodedFilm } from "../testing/encoded-film.ts";
import { EngineHarness } from "../testing/engine-harness.ts";
import { FlvLoop } from "../testing/flv-loop.ts";
import { PlayedStage } from "../testing/played-stage.ts";
import { CompositionEncoder } from "./composition-encoder.ts";
import { PictureDecoder } from "./picture-decoder.ts";

const BOUNDS = { timeoutMs: 30_000, outputBytesMax: 10_000_000 };
const PICTURE = { width: 192, height: 108, frameRate: 10, bitrate: 300_000 };

/** A participant's picture: one colour. */
function film(colour: string, size = "160x90", group = 20): Promise<string> {
  return encodedFilm([
    ...["-f", "lavfi", "-i", `color=${colour}:size=${size}:rate=10:duration=4`],
    ...[
      "-c:v",
      "libx264",
      "-preset",
      "ultrafast",
      "-g",
      `${group}`,
      "-bf",
      "0",
      "-pix_fmt",
      "yuv420p",
    ],
  ]);
}

function member(publication: string, marks: Partial<CastMember> = {}): CastMember {
  const plain = { featured: false, pip: false, videoStopped: false, audioMuted: false };
  return { publication, ...plain, ...marks };
}

function plan(composition: string, cast: readonly CastMember[]): CompositionPlan {
  return {
    ...{ composition, picture: PICTURE, scene: { group: "stage", cast } },
    layout: {
      ...{ kind: "grid", omitsStopped: false, gap: 0, aspect: undefined },
      ...{ fill: "cover", featuredFill: "contain" },
    },
    outputs: [{ output: "out", kind: "stream", name: composition }],
  };
}

const COLOURS = { red: [254, 0, 0], lime: [0, 255, 0], blue: [0, 0, 254], grey: [37, 37, 37] };

describe("a composition", () => {
  const stage = new PlayedStage();
  const events: CompositionEvent[] = [];
  let allows = true;
  const harness: EngineHarness = new EngineHarness(
    { ffmpeg: "ffmpeg", transcodeCores: 4 },
    {
      composed: (event) => events.push(event),
      authorizePublish: async (request) =>
        allows ? harness.allow(request) : { allow: false, reason: "not now" },
    },
    0,
    { stage: () => stage.protocol },
  );
  const { compositions } = harness.engine;
  beforeAll(async () => {
    const colours = ["red", "lime", "blue"];
    const files = await Promise.all(colours.map((colour) => film(colour)));
    for (const [index, file] of files.entries())
      stage.films.set(colours[index] ?? "", new FlvLoop(await readFile(file)));
    await harness.start();
  });
  afterAll(() => harness.engine.close());

  /** The colours at shares of the width, in the middle, of the last picture that is playable. */
  async function seen(name: string, shares: readonly number[]): Promise<string[]> {
    const stream = `channel/${name}`;
    const playlist = await harness.engine.mediaPlaylist(stream, "chunked");
    const last = playlist?.match(/(\d+)\.ts/g)?.at(-1);
    if (last === undefined) return [];
    const media = await harness.engine.segment(stream, "chunked", Number.parseInt(last, 10));
    const args = ["-f", "mpegts", "-i", "pipe:0", "-an", "-pix_fmt", "rgb24", "-f", "rawvideo"];
    const raw = await runFfmpeg("ffmpeg", [...args, "pipe:1"], media ?? Buffer.of(), BOUNDS);
    const { width, height } = PICTURE;
    const frame = raw.subarray(-width * height * 3);
    return shares.map((share) => {
      const at = ((height / 2) * width + Math.floor(share * width)) * 3;
      return nameOf([...frame.subarray(at, at + 3)]);
    });
  }

  async function composed(name: string, type: CompositionEvent["type"]): Promise<CompositionEvent> {
    const find = () => events.find((one) => one.composition === name && one.type === type);
    await expect.poll(find, { timeout: 40_000 }).toBeDefined();
    return find() as CompositionEvent;
  }

  test("shows participants in their tiles as they come and go, without a gap", async () => {
    await compositions.startComposition(plan("grid", []));
    const sees = (shares: readonly number[], ...colours: string[]) =>
      expect.poll(() => seen("grid", shares), { timeout: 60_000, interval: 500 }).toEqual(colours);
    await sees([0.5], "black");
    const change = (...cast: CastMember[]) =>
      compositions.changeScene("grid", { group: "stage", cast });
    expect(await change(member("red"), member("lime"))).toBe(true);
    await sees([0.25, 0.75], "red", "lime");
    await change(member("lime"), member("red", { videoStopped: true }));
    await sees([0.25, 0.75], "lime", "grey");
    await change(member("blue"));
    await sees([0.1, 0.9], "blue", "blue");
    expect([...stage.taps.keys()]).toEqual(["blue"]);
    const playlist = await harness.engine.mediaPlaylist("channel/grid", "chunked");
    const durations = playlist?.match(/(?<=#EXTINF:)[^,]+/g) ?? [];
    expect(durations.length).toBeGreaterThan(1);
    expect(new Set(durations)).toEqual(new Set(["2.000"]));
    expect(playlist).not.toContain("#EXT-X-DISCONTINUITY\n");
    expect(await compositions.stopComposition("grid")).toBe(true);
    expect(await compositions.changeScene("grid", { group: "stage", cast: [] })).toBe(false);
    const types = events.filter(({ composition }) => composition === "grid");
    expect(types.map(({ type }) => type)).toEqual([
      ...["output-started", "output-ended", "composition-over"],
    ]);
    await harness.seen("session-ended", ({ streamName, reason }) => {
      return streamName === "channel/grid" && reason === "publisher-finished";
    });
    expect(stage.taps.size).toBe(0);
  });

  test("comes back after it was cut off, and fails where it was never let in", async () => {
    await compositions.startComposition(plan("cut", [member("red")]));
    await composed("cut", "output-started");
    await harness.engine.stopStream("channel/cut");
    expect(await composed("cut", "output-reconnecting")).toMatchObject({ output: "out" });
    await expect
      .poll(
        () =>
          events.filter(
            ({ type, composition }) => type === "output-started" && composition === "cut",
          ).length,
        { timeout: 40_000 },
      )
      .toBe(2);
    await compositions.stopComposition("cut");
    allows = false;
    await compositions.startComposition(plan("out", [member("red")]));
    expect(await composed("out", "output-failed")).toMatchObject({ message: "not now" });
    await composed("out", "composition-over");
    allows = true;
  });

  test("shows the others where one can't be shown, and fails where none ever can", async () => {
    const cast = [member("red"), member("odd")];
    stage.errors.set("odd", new Error("no such codec"));
    await compositions.startComposition(plan("odd", cast));
    const failed = () => events.filter(({ type }) => type === "publication-failed");
    const once = { composition: "odd", publication: "odd", message: "no such codec" };
    await composed("odd", "publication-failed");
    stage.errors.set("odd", new Error("another one"));
    await composed("odd", "output-started");
    await expect
      .poll(() => seen("odd", [0.25, 0.75]), { timeout: 40_000 })
      .toEqual(["red", "grey"]);
    expect(failed()).toEqual([expect.objectContaining(once)]);
    stage.errors.delete("odd");
    stage.films.set("odd", stage.films.get("blue") as FlvLoop);
    await expect.poll(() => [...stage.taps.keys()], { timeout: 40_000 }).toContain("odd");
    stage.errors.set("away", new MediaError("engine", "nothing is forwarded"));
    await compositions.changeScene("odd", { group: "stage", cast: [...cast, member("away")] });
    expect(await composed("odd", "output-failed")).toMatchObject({
      message: "nothing is forwarded",
    });
    await composed("odd", "composition-over");
    expect(failed()).toHaveLength(1);
    stage.errors.clear();
  });

  test("is recorded on by the next encoder where one dies", async () => {
    const [streamName, streamId] = ["film", "cr-film"];
    const output = {
      output: "film",
      kind: "recording",
      recording: {
        ...{ streamName, streamId, renditionName: "108p10", isSoundOnly: false },
        plan: { renditions: "all", thumbnails: undefined, fileDurationMs: 2_000 },
      },
    } as const;
    await compositions.startComposition({ ...plan("film", [member("red")]), outputs: [output] });
    const files = () =>
      [...harness.objects.values()].flatMap(({ path, row }) =>
        path.startsWith("media/hls/108p10/") && row ? [row] : [],
      );
    await expect.poll(() => files().length, { timeout: 40_000 }).toBeGreaterThan(0);
    const children = ["-ww", "-o", "pid=", "-o", "args=", "--ppid", `${process.pid}`];
    const { stdout } = await promisify(execFile)("ps", children);
    const encoders = stdout.split("\n").filter((line) => /192x108.*libx264/.test(line));
    expect(encoders).toHaveLength(1);
    process.kill(Number.parseInt(encoders[0] ?? "", 10), "SIGKILL");
    const before = files().length;
    await expect.poll(() => files().length, { timeout: 40_000 }).toBeGreaterThan(before + 1);
    await compositions.stopComposition("film");
    const complete = await harness.seen("recording-complete", (event) => {
      return event.streamId === streamId;
    });
    const all = files();
    const totalMs = all.reduce((sum, { durationMs }) => sum + durationMs, 0);
    expect(complete).toMatchObject({ durationMs: totalMs, gaps: 0 });
    // Both encoders' pictures decode as one film.
    const names = [all[0]?.init, ...all.map(({ index }) => `${index}.mp4`)];
    const film = names.map((name) => harness.objects.get(`media/hls/108p10/${name}`)?.body);
    const args = ["-xerror", "-i", "pipe:0", "-an", "-pix_fmt", "gray", "-f", "rawvideo", "pipe:1"];
    const bytes = Buffer.concat(film.map((body) => body ?? Buffer.of()));
    const decoded = await runFfmpeg("ffmpeg", args, bytes, BOUNDS);
    const frames = decoded.length / (PICTURE.width * PICTURE.height);
    expect(Math.abs(frames - totalMs / 100)).toBeLessThanOrEqual(2);
    const types = events.filter(({ composition }) => composition === "film");
    expect(types.map(({ type }) => type)).toEqual([
      ...["output-started", "output-ended", "composition-over"],
    ]);
  });

  test("is refused where the machine has no room for it", async () => {
    const picture = { width: 1_920, height: 1_080, frameRate: 60, bitrate: 1_000_000 };
    const large = (name: string) => ({ ...plan(name, []), picture });
    const limit = new EngineHarness({ ffmpeg: "ffmpeg", transcodeCores: 1 });
    await expect(limit.engine.compositions.startComposition(large("a"))).rejects.toMatchObject({
      code: "limit",
    });
  });
});

test("an encoder begins with the frames that it has, however few they are", async () => {
  const picture = { width: 1_280, height: 720, frameRate: 30, bitrate: 1_000_000 };
  let pictures = 0;
  const encoder = new CompositionEncoder({
    ...{ program: "ffmpeg", picture, tagBytesMax: 8_000_000 },
    sink: {
      takes: new Set(["h264", "aac"] as const),
      configure: () => undefined,
      write: ({ track }) => {
        pictures += track === 0 ? 1 : 0;
      },
    },
    onFailed: (message) => expect.fail(message),
  });
  const frames = [];
  for (let frame = encoder.freeFrame(); frame !== undefined; frame = encoder.freeFrame())
    frames.push(frame);
  for (const frame of frames) encoder.write(frame, Buffer.alloc(6_400));
  await expect.poll(() => pictures, { timeout: 20_000 }).toBeGreaterThan(frames.length / 2);
  await encoder.finish();
  expect(pictures).toBe(frames.length);
});

function nameOf(rgb: readonly number[]): string {
  const all = { ...COLOURS, black: [0, 0, 0] };
  const near = Object.entries(all).find(([, colour]) =>
    colour.every((value, index) => Math.abs(value - (rgb[index] ?? 0)) < 24),
  );
  return near?.[0] ?? rgb.join(",");
}

test("a decoder shows a picture of the first keyframe that it gets", async () => {
  const bytes = await readFile(await film("red", "160x90", 1_000));
  const size = { width: 32, height: 18 };
  const plain = { program: "ffmpeg", size, fill: "fill", frameRate: 10 } as const;
  const decoder = await new Promise<PictureDecoder>((resolve, reject) => {
    const onFailed = (message: string) => reject(new Error(message));
    const one = new PictureDecoder({ ...plain, onFirst: () => resolve(one), onFailed });
    one.write(bytes);
  });
  decoder.close();
  expect(decoder.latest).toMatchObject(size);
});
