import {
  CreateChannelCommand,
  type CreateChannelRequest,
  GetStreamSessionCommand,
  ListStreamSessionsCommand,
} from "@aws-sdk/client-ivs";
import { afterEach, describe, expect, it } from "vitest";
import { makeBucket, makeRecordingConfiguration } from "../../contract/ivs/recording-bucket.ts";
import { startTestServer } from "../../support/test-server.ts";
import { copyBucket } from "./bucket-copy.ts";
import { decodedSeconds, makeFilm, pictureSize, publish } from "./encoder.ts";
import { EventReader } from "./event-reader.ts";

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function start(transcodeCores: number, film: Parameters<typeof makeFilm>) {
  const [server, made] = await Promise.all([
    startTestServer({ transcodeCores }),
    makeFilm(...film),
  ]);
  const events = new EventReader(server.endpoint);
  ends.push(
    () => server.close(),
    () => events.close(),
  );
  const root = server.clients();
  return {
    server,
    root,
    events,
    async publish(input: CreateChannelRequest) {
      const { channel, streamKey } = await root.ivs.send(new CreateChannelCommand(input));
      const url = `rtmps://localhost:${server.server.ports.rtmps}/app/${streamKey?.value}`;
      const { arn = "", playbackUrl = "" } = channel ?? {};
      return { arn, playbackUrl, encoder: publish(made, url, 4) };
    },
  };
}

describe("channel types", () => {
  it("STANDARD makes renditions, live and in the recording", async () => {
    const { root, events, publish } = await start(8, [6]);
    const bucket = await makeBucket(root);
    const configuration = await makeRecordingConfiguration(root, bucket);
    const recordingConfigurationArn = configuration.arn;
    const { arn, playbackUrl, encoder } = await publish({ recordingConfigurationArn });
    await events.wait(arn, "Stream Start");
    const playlist = await (await fetch(playbackUrl)).text();
    expect(playlist.match(/NAME="\w+"/g)).toEqual(['NAME="180p30"', 'NAME="160p30"']);
    expect((await encoder.ended).code).toBe(0);
    await events.wait(arn, "Recording End");
    expect(await decodedSeconds(playbackUrl)).toBeCloseTo(6, 1);
    const copy = await copyBucket(root.s3, bucket);
    ends.push(() => copy.remove());
    const ended = copy.keys.find((key) => key.endsWith("events/recording-ended.json")) ?? "";
    const { media } = JSON.parse(copy.text(ended));
    expect(media.hls.renditions).toEqual([
      expect.objectContaining({ path: "180p30", resolution_width: 320, resolution_height: 180 }),
      expect.objectContaining({ path: "160p30", resolution_width: 284, resolution_height: 160 }),
    ]);
    const prefix = ended.replace(/\/events\/.*/, "");
    for (const { path, playlist, byte_range_playlist } of media.hls.renditions)
      for (const name of [playlist, byte_range_playlist])
        expect(
          await decodedSeconds(`${copy.folder}/${prefix}/media/hls/${path}/${name}`),
        ).toBeCloseTo(6, 1);
  });

  it("STANDARD records the renditions that are chosen, and thumbnails of the chosen size", async () => {
    const { root, events, publish } = await start(8, [6, ["-s", "852x480"]]);
    const bucket = await makeBucket(root);
    const { arn: recordingConfigurationArn } = await makeRecordingConfiguration(root, bucket, {
      renditionConfiguration: { renditionSelection: "CUSTOM", renditions: ["LOWEST_RESOLUTION"] },
      thumbnailConfiguration: { resolution: "LOWEST_RESOLUTION", targetIntervalSeconds: 1 },
    });
    const { arn, encoder } = await publish({ recordingConfigurationArn });
    expect((await encoder.ended).code).toBe(0);
    const { detail } = await events.wait(arn, "Recording End");
    const copy = await copyBucket(root.s3, bucket);
    ends.push(() => copy.remove());
    const prefix = String(detail.recording_s3_key_prefix);
    const { media } = JSON.parse(copy.text(`${prefix}/events/recording-ended.json`));
    const folders = media.hls.renditions.map(({ path }: { path: string }) => path);
    expect(folders).toEqual(["360p30", "160p30"]);
    expect(copy.keys.filter((key) => key.includes("480p30"))).toEqual([]);
    const { path, resolution_width: width, resolution_height: height } = media.thumbnails;
    expect([path, width, height]).toEqual(["media/thumbnails", 640, 360]);
    const thumbnail = `${copy.folder}/${prefix}/${path}/thumb0.jpg`;
    expect(await pictureSize(thumbnail)).toBe("mjpeg,640,360");
  });

  it("a machine without room for a ladder says so in an event, and the session ends", async () => {
    const { root, events, publish } = await start(0.001, [6]);
    const { arn, encoder } = await publish({});
    const failure = await events.wait(arn, "Stream Failure");
    expect(failure).toMatchObject({
      "detail-type": "IVS Stream State Change",
      detail: { reason: "Transcode capacity exceeded. Please try again." },
    });
    await events.wait(arn, "Session Ended");
    await encoder.ended;
    const { streamSessions } = await root.ivs.send(
      new ListStreamSessionsCommand({ channelArn: arn }),
    );
    expect(streamSessions).toEqual([expect.objectContaining({ hasErrorEvent: true })]);
  });

  it("BASIC disconnects what is over 1.5 Mb/s at 480p or less, with a limit breach", async () => {
    const { root, events, publish } = await start(0, [10, ["-qp", "0"]]);
    const { arn, encoder } = await publish({ type: "BASIC" });
    const breach = await events.wait(arn, "Ingest Bitrate");
    expect(breach["detail-type"]).toBe("IVS Limit Breach");
    expect(breach.detail).toEqual({
      limit_name: "Ingest Bitrate",
      limit_value: 1_500_000,
      exceeded_by: expect.any(Number),
      limit_unit: "bits per second",
      channel_name: "",
      stream_id: expect.stringMatching(/^st-1/),
    });
    await events.wait(arn, "Session Ended");
    await encoder.ended;
    const { streamSession } = await root.ivs.send(new GetStreamSessionCommand({ channelArn: arn }));
    expect(streamSession?.truncatedEvents).toContainEqual(
      expect.objectContaining({ type: "IVS Limit Breach", name: "Ingest Bitrate" }),
    );
  });
});
