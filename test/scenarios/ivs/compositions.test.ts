import { execFile, spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { CreateChannelCommand, GetStreamCommand } from "@aws-sdk/client-ivs";
import type { IVSRealTime } from "@aws-sdk/client-ivs-realtime";
import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodedFilm } from "../../../packages/media/src/testing/encoded-film.ts";
import { makeBucket, makeRecordingConfiguration } from "../../contract/ivs/recording-bucket.ts";
import { outcomeOf, realTimeOf } from "../../contract/ivs-realtime/support.ts";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { until } from "../../support/until.ts";
import { type Encoder, publish } from "./encoder.ts";
import { EventReader } from "./event-reader.ts";

// Debian's, which has the module.
const PYTHON = "/usr/bin/python3";
const hasAiortc = spawnSync(PYTHON, ["-c", "import aiortc"]).status === 0;
const WHIP = join(import.meta.dirname, "whip_aiortc.py");
const VIDEO = { width: 320, height: 180, framerate: 10, bitrate: 300_000 };
const COLOURS = { red: [254, 0, 0], lime: [0, 255, 0], black: [0, 0, 0] };

const run = promisify(execFile);
/** The output of a program that reads a stream. */
async function said(program: string, args: readonly string[]): Promise<Buffer> {
  const options = { encoding: "buffer", timeout: 20_000, maxBuffer: 10_000_000 } as const;
  const { stdout, stderr } = await run(program, [...args], options);
  return Buffer.concat([stdout, stderr]);
}

/** A participant's film: one colour, and a tone. */
function film(colour: string, hertz: number): Promise<string> {
  return encodedFilm([
    ...["-f", "lavfi", "-i", `color=${colour}:size=320x180:rate=15:duration=8`],
    ...["-f", "lavfi", "-i", `sine=frequency=${hertz}:sample_rate=48000:duration=8`],
    ...["-c:v", "libx264", "-preset", "ultrafast", "-profile:v", "baseline", "-g", "30"],
    ...["-pix_fmt", "yuv420p", "-bf", "0", "-c:a", "aac", "-b:a", "96k", "-ac", "2"],
  ]);
}

describe.each([0, 1])("compositions of a stage, with %i workers", (ingestWorkers) => {
  let server: TestServer;
  let realTime: IVSRealTime;
  let events: EventReader;
  const encoders: Encoder[] = [];
  beforeAll(async () => {
    server = await startTestServer({ ingestWorkers, transcodeCores: 4 });
    realTime = realTimeOf(server);
    events = new EventReader(server.endpoint);
  });
  afterAll(async () => {
    events.close();
    for (const encoder of encoders) encoder.kill();
    await server.close();
  });

  async function publisher(stageArn: string, colour: string, hertz: number) {
    const made = await realTime.createIngestConfiguration({
      ...{ stageArn, ingestProtocol: "RTMPS", userId: colour },
    });
    const { stage } = await realTime.getStage({ arn: stageArn });
    const { streamKey } = made.ingestConfiguration ?? {};
    const source = { file: await film(colour, hertz), durationSeconds: 8 };
    const encoder = publish(source, `${stage?.endpoints?.rtmps}${streamKey}`, 1, true);
    encoders.push(encoder);
    return encoder;
  }

  /** The newest picture that is played, in RGB; empty before there is one. */
  function played(url: string): Promise<Buffer> {
    const quiet = ["-v", "error", "-nostdin", "-live_start_index", "-1", "-i", url];
    const picture = ["-map", "0:v:0", "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24"];
    return said("ffmpeg", [...quiet, ...picture, "pipe:1"]).catch(() => Buffer.of());
  }

  /** The colours at shares of width and height. */
  async function seen(url: string, ...places: (readonly [number, number])[]): Promise<string> {
    const frame = await played(url);
    const { width, height } = VIDEO;
    const colours = places.map(([across, down]) => {
      const at = (Math.floor(down * height) * width + Math.floor(across * width)) * 3;
      const rgb = [...frame.subarray(at, at + 3)];
      const named = Object.entries(COLOURS).find(([, colour]) =>
        colour.every((value, index) => Math.abs(value - (rgb[index] ?? 999)) < 24),
      );
      return named?.[0] ?? "other";
    });
    return colours.join();
  }

  /** The level of the loudest sample of two seconds, in dB. */
  async function loudest(url: string): Promise<number> {
    const heard = ["-v", "info", "-nostdin", "-i", url, "-vn", "-t", "2", "-af", "volumedetect"];
    const [, level = "-91"] =
      /max_volume: (-?[\d.]+) dB/.exec(`${await said("ffmpeg", [...heard, "-f", "null", "-"])}`) ??
      [];
    return Number(level);
  }

  test("participants are shown in a channel's stream, come and go, and it ends", async () => {
    const { stage } = await realTime.createStage({ name: "composed" });
    const stageArn = stage?.arn ?? "";
    const clients = server.clients();
    const { ivs, s3 } = clients;
    const bucket = await makeBucket(clients);
    const { arn: recordingConfigurationArn } = await makeRecordingConfiguration(clients, bucket);
    const { channel } = await ivs.send(
      new CreateChannelCommand({ type: "BASIC", recordingConfigurationArn }),
    );
    const channelArn = channel?.arn ?? "";
    const made = await realTime.createEncoderConfiguration({ video: VIDEO });
    const encoderConfigurationArn = made.encoderConfiguration?.arn ?? "";
    const red = await publisher(stageArn, "red", 440);
    const started = await realTime.startComposition({
      ...{ stageArn, idempotencyToken: "once", tags: { team: "a" } },
      layout: { grid: { videoAspectRatio: "AUTO", gridGap: 0 } },
      destinations: [{ name: "live", channel: { channelArn, encoderConfigurationArn } }],
    });
    const arn = started.composition?.arn ?? "";
    expect(started.composition).toMatchObject({ stageArn, state: "STARTING" });
    const state = async () => (await realTime.getComposition({ arn })).composition;
    await until(async () => (await state())?.destinations?.[0]?.state === "ACTIVE", "its start");
    const live = async () => ivs.send(new GetStreamCommand({ channelArn })).catch(() => undefined);
    await until(async () => (await live())?.stream?.state === "LIVE", "the channel's stream");
    const url = channel?.playbackUrl ?? "";
    const shows = (...colours: string[]) =>
      until(
        async () => (await seen(url, [0.25, 0.5], [0.75, 0.5])) === `${colours}`,
        `the colours ${colours}`,
      );
    await shows("red", "red");
    const lime = await publisher(stageArn, "lime", 880);
    await shows("red", "lime");
    const probe = [
      "-v",
      "error",
      "-show_entries",
      "stream=codec_name,width,height",
      "-of",
      "csv=p=0",
    ];
    const tracks = `${await said("ffprobe", [...probe, url])}`;
    expect(tracks).toContain("h264,320,180");
    expect(tracks).toContain("aac");
    expect(await loudest(url)).toBeGreaterThan(-40);
    red.kill();
    await shows("lime", "lime");
    expect(
      await outcomeOf(realTime.deleteEncoderConfiguration({ arn: encoderConfigurationArn })),
    ).toBe("ConflictException");
    await realTime.stopComposition({ arn });
    await until(async () => (await state())?.state === "STOPPED", "its end");
    expect((await state())?.destinations).toMatchObject([
      { state: "STOPPED", startTime: expect.any(Date), endTime: expect.any(Date) },
    ]);
    await until(async () => (await live()) === undefined, "the end of the channel's stream");
    const names = events.seen.filter(({ resources }) => resources[0] === arn);
    expect(names.map((event) => EventReader.nameOf(event))).toEqual([
      ...["Session Start", "Destination Start", "Destination End", "Session End"],
    ]);
    lime.kill();
    // The channel's role has recorded it, as it does any stream.
    const { detail } = await events.wait(channelArn, "Recording End");
    const prefix = `${detail.recording_s3_key_prefix}/media/hls/`;
    const { Contents = [] } = await s3.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }),
    );
    expect(Contents.map(({ Key = "" }) => Key.slice(prefix.length))).toEqual(
      expect.arrayContaining(["master.m3u8"]),
    );
    expect(Number(detail.recording_duration_ms)).toBeGreaterThan(4_000);
    const { encoderConfigurations } = await realTime.listEncoderConfigurations({});
    expect(encoderConfigurations).toHaveLength(1);
    await realTime.deleteEncoderConfiguration({ arn: encoderConfigurationArn });
  });

  test.skipIf(!hasAiortc)("a participant by WebRTC is seen and heard, in a window", async () => {
    const { stage } = await realTime.createStage({});
    const stageArn = stage?.arn ?? "";
    const attributes = { window: "true" };
    const { participantToken } = await realTime.createParticipantToken({ stageArn, attributes });
    const whip = `${server.endpoint}/ivs-realtime/whip`;
    const guest = spawn(PYTHON, [WHIP, whip, participantToken?.token ?? ""], { stdio: "ignore" });
    encoders.push({ ended: Promise.resolve({ code: 0, said: "" }), kill: () => guest.kill() });
    const { channel } = await server.clients().ivs.send(new CreateChannelCommand({}));
    const made = await realTime.createEncoderConfiguration({ video: VIDEO });
    const encoderConfigurationArn = made.encoderConfiguration?.arn ?? "";
    const { arn: channelArn = "", playbackUrl: url = "" } = channel ?? {};
    const pip = { pipParticipantAttribute: "window", pipBehavior: "DYNAMIC" } as const;
    const { composition } = await realTime.startComposition({
      ...{ stageArn, layout: { pip: { ...pip, pipPosition: "TOP_LEFT", pipOffset: 10 } } },
      destinations: [{ channel: { channelArn, encoderConfigurationArn } }],
    });
    const colourful = async () => new Set(await played(url)).size > 100;
    await until(colourful, "the test picture");
    expect(await loudest(url)).toBeGreaterThan(-40);
    await publisher(stageArn, "red", 440);
    await until(
      async () => (await seen(url, [0.5, 0.5], [0.02, 0.02], [0.9, 0.9])) === "red,red,red",
      "the other participant behind the window",
    );
    expect(await colourful()).toBe(true);
    await realTime.stopComposition({ arn: composition?.arn ?? "" });
  });
});
