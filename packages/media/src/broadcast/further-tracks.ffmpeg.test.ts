import type { Server } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ThumbnailPlan } from "../port/recording.ts";
import type { MultitrackPlan } from "../port/source.ts";
import {
  EngineHarness,
  hasFfmpeg,
  RECORD_ALL,
  run,
  servePlayback,
} from "../testing/engine-harness.ts";
import { encodeFilms, type FilmName, interleave } from "../testing/films.ts";
import type { FlvTag } from "../testing/flv-file.ts";
import { RtmpClient } from "../testing/rtmp-client.ts";
import { MESSAGE } from "../transport/rtmp/message-type.ts";

const SECONDS = 5;
const THUMBNAILS: ThumbnailPlan = {
  intervalMs: 60_000,
  heights: undefined,
  sequential: true,
  latest: false,
};

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
      authorizePublish: async ({ name: streamKey }) => ({
        allow: true,
        streamName: `channel/${streamKey}`,
        streamId: `st-${streamKey}`,
        recording: { ...RECORD_ALL, thumbnails: THUMBNAILS },
        container: streamKey === "stream" ? "mpegts" : "fmp4",
        multitrack: plans[streamKey],
      }),
    },
  );
  let films = new Map<string, FlvTag[]>();
  let server: Server;
  let playback = "";

  beforeAll(async () => {
    films = await encodeFilms(
      [180, 120, 90].flatMap((lines): FilmName[] => [`h264 ${lines}`, `hevc ${lines}`]),
      SECONDS,
    );
    films.set("av01 180", (films.get("hevc 180") ?? []).map(asAv1));
    await harness.start();
    ({ url: playback, server } = await servePlayback(harness));
  });
  afterAll(async () => {
    await harness.engine.close();
    server.close();
  });

  const tagsOf = (names: readonly string[], furtherFirst = false): FlvTag[] =>
    interleave(
      names.map((name) => films.get(name) ?? []),
      furtherFirst,
    );

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
    await publish(key, tagsOf(names, furtherFirst));
    expect(await ended(key)).toMatchObject({ reason: "connection-lost" });
    await harness.seen("recording-complete", ({ streamId }) => streamId === `st-${key}`);
    const { media } = await harness.seen("media-info", ({ streamId }) => streamId === `st-${key}`);
    const published = [media.video, ...(media.furtherVideo ?? [])].map(({ codec }) =>
      codec.slice(0, 4),
    );
    expect(published).toEqual(names.map((name) => (name.startsWith("hevc") ? "hvc1" : "avc1")));
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
        ...["-v", "warning", "-count_frames", "-show_entries", "program_stream=codec_name,height"],
        ...["-show_entries", "format=duration", "-of", "json", `${playback}/${path}`],
      ]);
      expect(probed.stderr).toBe("");
      const { programs, format } = JSON.parse(probed.stdout);
      const tracks = programs.map(
        ({ streams }: { streams: { codec_name: string; height?: number }[] }) => {
          const video = streams.find(({ height }) => height !== undefined);
          return `${video?.codec_name} ${video?.height}`;
        },
      );
      expect(tracks).toEqual(names);
      expect(Math.abs(Number(format.duration) - SECONDS)).toBeLessThan(0.2);
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
    await publish(key, tagsOf(names)).catch(() => undefined);
    await harness.seen("session-ended", (event) => harness.events.indexOf(event) >= before);
    const end = harness.events.slice(before).find((event) => event.type === "session-ended");
    expect(end).toMatchObject({ reason });
    const published = harness.events.slice(before).map(({ type }) => type);
    expect(published).not.toContain("stream-start");
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
