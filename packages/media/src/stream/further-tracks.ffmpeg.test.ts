import { mkdtemp, readFile, rm } from "node:fs/promises";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MultitrackPlan } from "../engine/messages.ts";
import type { ThumbnailPlan } from "../engine/recording-messages.ts";
import { MESSAGE } from "../rtmp/message-type.ts";
import {
  EngineHarness,
  hasFfmpeg,
  RECORD_ALL,
  run,
  servePlayback,
} from "../testing/engine-harness.ts";
import { type FlvTag, readFlv } from "../testing/flv-file.ts";
import { RtmpClient } from "../testing/rtmp-client.ts";

const SECONDS = 5;
const HEIGHTS = [180, 120, 90] as const;
const ENCODER = {
  h264: ["-c:v", "libx264", "-g", "60", "-sc_threshold", "0"],
  // Open GOPs, as x265 makes them: a keyframe isn't the first picture that is shown.
  hevc: ["-c:v", "libx265", "-x265-params", "keyint=60:min-keyint=60:scenecut=0:log-level=error"],
} as const;

const THUMBNAILS: ThumbnailPlan = {
  intervalMs: 60_000,
  heights: undefined,
  sequential: true,
  latest: false,
};

interface Film {
  readonly height: number;
  readonly codec: keyof typeof ENCODER;
}

/** As OBS sends track 1 and those after it: multitrack, one track a message. */
function asTrack(track: number, { body, ...tag }: FlvTag): FlvTag {
  const first = body.readUInt8(0);
  const isEnhanced = first >= 0x80;
  const packetType = isEnhanced ? first & 0x0f : body.readUInt8(1);
  const head = Buffer.concat([
    Buffer.of(0x80 | (first & 0x70) | 6, packetType),
    isEnhanced ? body.subarray(1, 5) : Buffer.from("avc1"),
    Buffer.of(track),
  ]);
  // AVC's sequence header has a composition time in plain FLV.
  const rest = body.subarray(!isEnhanced && packetType === 1 ? 2 : 5);
  return { ...tag, body: Buffer.concat([head, rest]) };
}

const isConfig = ({ body, type }: FlvTag): boolean => {
  const first = body.readUInt8(0);
  const packetType = first >= 0x80 && (first & 0x0f) !== 6 ? first & 0x0f : (body[1] ?? 1);
  return type !== MESSAGE.audio && (packetType & 0x0f) === 0;
};

/** The film in one size, with sound in the first. */
async function encode(
  folder: string,
  { height, codec }: Film,
  withSound: boolean,
): Promise<FlvTag[]> {
  const file = join(folder, `${height}-${codec}.flv`);
  const made = await run("ffmpeg", [
    ...["-v", "error", "-nostdin"],
    ...["-f", "lavfi", "-i", `testsrc2=size=320x180:rate=30:duration=${SECONDS}`],
    ...["-f", "lavfi", "-i", `sine=frequency=440:sample_rate=48000:duration=${SECONDS}`],
    ...["-vf", `scale=-2:${height}`, ...ENCODER[codec], "-preset", "ultrafast"],
    ...["-pix_fmt", "yuv420p", "-bf", "2", ...(withSound ? ["-c:a", "aac"] : ["-an"])],
    ...["-f", "flv", file],
  ]);
  expect(made).toEqual({ status: 0, stdout: "", stderr: "" });
  return readFlv(await readFile(file));
}

describe.skipIf(!hasFfmpeg)("several video tracks (skipped where ffmpeg is not installed)", () => {
  const plans: Readonly<Record<string, MultitrackPlan | undefined>> = {
    allowed: { required: false, heightMax: 1_080 },
    required: { required: true, heightMax: 1_080 },
    small: { required: false, heightMax: 100 },
    hevc: { required: true, heightMax: 1_080 },
    mixed: { required: true, heightMax: 1_080 },
    alone: { required: false, heightMax: 1_080 },
    stream: { required: false, heightMax: 1_080 },
    single: undefined,
  };
  const harness: EngineHarness = new EngineHarness(
    { ffmpeg: "ffmpeg" },
    {
      authorizePublish: async ({ streamKey }) => ({
        allow: true,
        streamName: `channel/${streamKey}`,
        streamId: `st-${streamKey}`,
        recording: { ...RECORD_ALL, thumbnails: THUMBNAILS },
        container: streamKey === "stream" ? "mpegts" : "fmp4",
        multitrack: plans[streamKey],
      }),
    },
  );
  const films = new Map<string, FlvTag[]>();
  let server: Server;
  let playback = "";

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), "rolecast-tracks-"));
    const wanted = HEIGHTS.flatMap((height) => [
      { height, codec: "h264" as const },
      { height, codec: "hevc" as const },
    ]);
    await Promise.all(
      wanted.map(async (film) => {
        films.set(`${film.codec} ${film.height}`, await encode(folder, film, film.height === 180));
      }),
    );
    await rm(folder, { recursive: true });
    await harness.start();
    ({ url: playback, server } = await servePlayback(harness));
  });
  afterAll(async () => {
    await harness.engine.close();
    server.close();
  });

  /** The films' tags, in the order of their times; `furtherFirst`: of equal ones those of further tracks come first. */
  function interleave(names: readonly string[], furtherFirst = false): FlvTag[] {
    const [first = [], ...further] = names.map((name) => films.get(name) ?? []);
    const others = further.flatMap((film, index) =>
      film.filter(({ type }) => type === MESSAGE.video).map((tag) => asTrack(index + 1, tag)),
    );
    const tags = furtherFirst ? [...others, ...first] : [...first, ...others];
    // Sequence headers come before all frames.
    return tags.toSorted(
      (a, b) => a.timestampMs - b.timestampMs || Number(isConfig(b)) - Number(isConfig(a)),
    );
  }

  async function publish(key: string, tags: readonly FlvTag[]): Promise<void> {
    const client = await RtmpClient.open(harness.rtmpPort);
    expect(await client.publish(key)).toBe("NetStream.Publish.Start");
    client.setChunkSize(65_536);
    for (const { type, timestampMs, body } of tags) {
      client.send(type === MESSAGE.audio ? 4 : 6, type, body, timestampMs);
    }
    await client.settled();
    client.socket.end();
  }

  const ended = (key: string) =>
    harness.seen("session-ended", ({ streamId }) => streamId === `st-${key}`);

  test.for([
    ["one track, where one is taken", "single", ["h264 180"], false],
    ["three tracks, where they are allowed", "allowed", ["h264 180", "h264 120", "h264 90"], false],
    ["three tracks, required", "required", ["h264 180", "h264 120", "h264 90"], true],
    ["HEVC", "hevc", ["hevc 180", "hevc 120", "hevc 90"], false],
    ["HEVC above H.264", "mixed", ["hevc 180", "hevc 120", "h264 90"], true],
    ["one track of HEVC", "alone", ["hevc 180"], false],
  ] as const)("%s", async ([, key, names, furtherFirst]) => {
    harness.objects.clear();
    await publish(key, interleave(names, furtherFirst));
    expect(await ended(key)).toMatchObject({ reason: "connection-lost" });
    await harness.seen("recording-complete", ({ streamId }) => streamId === `st-${key}`);
    const { media } = await harness.seen("media-info", ({ streamId }) => streamId === `st-${key}`);
    const told = [media.video, ...(media.furtherVideo ?? [])].map(({ codec }) => codec.slice(0, 4));
    expect(told).toEqual(names.map((name) => (name.startsWith("hevc") ? "hvc1" : "avc1")));
    const pictures = await Promise.all(
      names.map(async (name, index) => {
        const folder = index === 0 ? "" : `${name.split(" ")[1]}p30/`;
        const url = `${playback}/objects/media/thumbnails/${folder}thumb0.jpg`;
        const fields = ["-show_entries", "stream=codec_name,height", "-of", "csv=p=0"];
        return run("ffprobe", ["-v", "error", ...fields, url]);
      }),
    );
    expect(pictures.map(({ stdout }) => stdout.trim())).toEqual(
      names.map((name) => `mjpeg,${name.split(" ")[1]}`),
    );
    for (const path of [`live/channel/${key}/index.m3u8`, "objects/media/hls/master.m3u8"]) {
      const probed = await run("ffprobe", [
        ...["-v", "error", "-show_entries", "program_stream=codec_name,height"],
        ...["-show_entries", "format=duration", "-of", "json", `${playback}/${path}`],
      ]);
      const { programs, format } = JSON.parse(probed.stdout);
      const tracks = programs.map(
        ({ streams }: { streams: { codec_name: string; height?: number }[] }) => {
          const video = streams.find(({ height }) => height !== undefined);
          return `${video?.codec_name} ${video?.height}`;
        },
      );
      expect(tracks).toEqual(names);
      expect(Math.abs(Number(format.duration) - SECONDS)).toBeLessThan(0.2);
      const decoded = await run("ffmpeg", [
        ...["-v", "warning", "-xerror", "-i", `${playback}/${path}`, "-map", "0:v"],
        ...["-f", "null", "-"],
      ]);
      expect(decoded).toEqual({ status: 0, stdout: "", stderr: "" });
    }
  });

  test.for([
    ["several on a channel for one", "single", ["h264 180", "h264 120"], "multitrack-not-allowed"],
    ["one on a channel for several", "required", ["h264 180"], "multitrack-required"],
    ["one that is too large", "small", ["h264 180", "h264 120"], "multitrack-track-media"],
    ["HEVC on a channel for one", "single", ["hevc 180"], "video-codec"],
    ["HEVC in a transport stream", "stream", ["hevc 180", "hevc 120"], "video-codec"],
    ["AV1", "allowed", ["av01 180"], "video-codec"],
  ] as const)("%s: the session ends", async ([, key, names, reason]) => {
    const before = harness.events.length;
    films.set("av01 180", (films.get("hevc 180") ?? []).map(asAv1));
    await publish(key, interleave(names)).catch(() => undefined);
    await harness.seen("session-ended", (event) => harness.events.indexOf(event) >= before);
    const end = harness.events.slice(before).find((event) => event.type === "session-ended");
    expect(end).toMatchObject({ reason });
  });
});

/** The same messages under another name. */
function asAv1({ body, ...tag }: FlvTag): FlvTag {
  const renamed = Buffer.from(body);
  if (renamed.readUInt8(0) >= 0x80) {
    renamed.write("av01", 1, "latin1");
  }
  return { ...tag, body: renamed };
}
