import { mkdtemp, readFile, rm } from "node:fs/promises";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MultitrackPlan } from "../engine/messages.ts";
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

/** As OBS sends track 1 and those after it: multitrack, one track a message, `avc1`. */
function asTrack(track: number, { body, ...tag }: FlvTag): FlvTag {
  const packetType = body.readUInt8(1);
  const enhanced = 0x80 | ((body.readUInt8(0) >> 4) << 4) | 6;
  const head = Buffer.concat([
    Buffer.of(enhanced, packetType),
    Buffer.from("avc1"),
    Buffer.of(track),
  ]);
  return { ...tag, body: Buffer.concat([head, body.subarray(packetType === 1 ? 2 : 5)]) };
}

/** The film in one size, with sound in the first. */
async function encode(folder: string, height: number, withSound: boolean): Promise<FlvTag[]> {
  const file = join(folder, `${height}.flv`);
  const made = await run("ffmpeg", [
    ...["-v", "error", "-nostdin"],
    ...["-f", "lavfi", "-i", `testsrc2=size=320x180:rate=30:duration=${SECONDS}`],
    ...["-f", "lavfi", "-i", `sine=frequency=440:sample_rate=48000:duration=${SECONDS}`],
    ...["-vf", `scale=-2:${height}`, "-c:v", "libx264", "-g", "60", "-sc_threshold", "0"],
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
    single: undefined,
  };
  const harness: EngineHarness = new EngineHarness(
    {},
    {
      authorizePublish: async ({ streamKey }) => ({
        allow: true,
        streamName: `channel/${streamKey}`,
        streamId: `st-${streamKey}`,
        recording: RECORD_ALL,
        container: "fmp4",
        multitrack: plans[streamKey],
      }),
    },
  );
  let films: FlvTag[][] = [];
  let server: Server;
  let url = "";

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), "rolecast-tracks-"));
    films = await Promise.all(HEIGHTS.map((height, index) => encode(folder, height, index === 0)));
    await rm(folder, { recursive: true });
    await harness.start();
    ({ url, server } = await servePlayback(harness));
  });
  afterAll(async () => {
    await harness.engine.close();
    server.close();
  });

  /** Publishes the tags in the order of their times; `furtherFirst`: of equal ones those of further tracks come first. */
  async function publish(key: string, tracks: number, furtherFirst = false): Promise<void> {
    const [first = [], ...further] = films.slice(0, tracks);
    const others = further.flatMap((film, index) =>
      film.filter(({ type }) => type === MESSAGE.video).map((tag) => asTrack(index + 1, tag)),
    );
    const tags = furtherFirst ? [...others, ...first] : [...first, ...others];
    // Sequence headers come before all frames.
    const isConfig = ({ body, type }: FlvTag): boolean =>
      type !== MESSAGE.audio && (body.readUInt8(0) >= 0x80 ? (body[1] ?? 1) === 0 : body[1] === 0);
    const sorted = tags.toSorted(
      (a, b) => a.timestampMs - b.timestampMs || Number(isConfig(b)) - Number(isConfig(a)),
    );
    const client = await RtmpClient.open(harness.rtmpPort);
    expect(await client.publish(key)).toBe("NetStream.Publish.Start");
    client.setChunkSize(65_536);
    for (const { type, timestampMs, body } of sorted) {
      client.send(type === MESSAGE.audio ? 4 : 6, type, body, timestampMs);
    }
    await client.settled();
    client.socket.end();
  }

  const ended = (key: string) =>
    harness.seen("session-ended", ({ streamId }) => streamId === `st-${key}`);

  test.for([
    [1, "single", false],
    [3, "allowed", false],
    [3, "required", true],
  ] as const)("%i tracks on a channel where they are %s", async ([tracks, key, furtherFirst]) => {
    harness.objects.clear();
    await publish(key, tracks, furtherFirst);
    expect(await ended(key)).toMatchObject({ reason: "connection-lost" });
    await harness.seen("recording-complete", ({ streamId }) => streamId === `st-${key}`);
    for (const path of [`live/channel/${key}/index.m3u8`, "objects/media/hls/master.m3u8"]) {
      const probed = await run("ffprobe", [
        ...["-v", "error", "-show_entries", "program_stream=codec_type,height"],
        ...["-show_entries", "format=duration", "-of", "json", `${url}/${path}`],
      ]);
      const { programs, format } = JSON.parse(probed.stdout);
      const heights = programs.map(({ streams }: { streams: { height?: number }[] }) =>
        streams.map(({ height }) => height).find((height) => height !== undefined),
      );
      expect(heights).toEqual(HEIGHTS.slice(0, tracks));
      expect(Math.abs(Number(format.duration) - SECONDS)).toBeLessThan(0.2);
      const decoded = await run("ffmpeg", [
        ...["-v", "warning", "-xerror", "-i", `${url}/${path}`, "-map", "0:v"],
        ...["-f", "null", "-"],
      ]);
      expect(decoded).toEqual({ status: 0, stdout: "", stderr: "" });
    }
  });

  test.for([
    ["several on a channel for one", "single", 2, "multitrack-not-allowed"],
    ["one on a channel for several", "required", 1, "multitrack-required"],
    ["one that is too large", "small", 2, "multitrack-track-media"],
  ] as const)("%s: the session ends", async ([, key, tracks, reason]) => {
    const before = harness.events.length;
    await publish(key, tracks).catch(() => undefined);
    await harness.seen("session-ended", (event) => harness.events.indexOf(event) >= before);
    const end = harness.events.slice(before).find((event) => event.type === "session-ended");
    expect(end).toMatchObject({ reason });
  });
});
