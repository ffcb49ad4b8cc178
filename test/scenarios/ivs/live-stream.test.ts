import {
  CreateChannelCommand,
  type CreateChannelRequest,
  DeleteChannelCommand,
  GetStreamCommand,
  GetStreamSessionCommand,
  ListStreamSessionsCommand,
  ListStreamsCommand,
  StopStreamCommand,
  UpdateChannelCommand,
} from "@aws-sdk/client-ivs";
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  PutBucketEncryptionCommand,
  PutBucketPolicyCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeBucket, makeRecordingConfiguration } from "../../contract/ivs/recording-bucket.ts";
import { type Clients, ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";
import { copyBucket } from "./bucket-copy.ts";
import { decodedSeconds, type Film, makeFilm, pictureSize, publish } from "./encoder.ts";
import { EventReader } from "./event-reader.ts";

const FILM_SECONDS = 14;
const ID = "[A-Za-z0-9]{12}";

let server: TestServer;
let root: Clients;
let film: Film;
let events: EventReader;
beforeAll(async () => {
  [server, film] = await Promise.all([startTestServer(), makeFilm(FILM_SECONDS)]);
  root = server.clients();
  events = new EventReader(server.endpoint);
});
afterAll(async () => {
  events.close();
  await server.close();
});

async function makeChannel(input: CreateChannelRequest = {}) {
  const { channel, streamKey } = await root.ivs.send(new CreateChannelCommand(input));
  const key = streamKey?.value ?? "";
  const { rtmp, rtmps } = server.server.ports;
  return {
    arn: channel?.arn ?? "",
    playbackUrl: channel?.playbackUrl ?? "",
    rtmps: `rtmps://localhost:${rtmps}/app/${key}`,
    rtmp: `rtmp://localhost:${rtmp}/app/${key}`,
  };
}

const getStream = (channelArn: string) => root.ivs.send(new GetStreamCommand({ channelArn }));

function denyRole(bucket: string) {
  const role =
    "arn:aws:iam::000000000000:role/aws-service-role/ivs.amazonaws.com/AWSServiceRoleForIVSRecordToS3";
  const statement = {
    Effect: "Deny",
    Principal: { AWS: role },
    Action: "s3:PutObject",
    Resource: `arn:aws:s3:::${bucket}/*`,
  };
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  return root.s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
}

function encryptWith(Bucket: string, KMSMasterKeyID: string) {
  const byDefault = { SSEAlgorithm: "aws:kms" as const, KMSMasterKeyID };
  const Rules = [{ ApplyServerSideEncryptionByDefault: byDefault }];
  const ServerSideEncryptionConfiguration = { Rules };
  return root.s3.send(
    new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration }),
  );
}

async function moveBucket(Bucket: string) {
  await root.s3.send(new DeleteBucketCommand({ Bucket }));
  const CreateBucketConfiguration = { LocationConstraint: "eu-west-1" as const };
  const ireland = server.clients(ROOT, "eu-west-1").s3;
  await ireland.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
}

describe("a recorded stream", () => {
  it("is live, then stands in the bucket in IVS's layout and plays back whole", async () => {
    const bucket = await makeBucket(root);
    const configuration = await makeRecordingConfiguration(root, bucket, {
      thumbnailConfiguration: {
        recordingMode: "INTERVAL",
        targetIntervalSeconds: 10,
        storage: ["SEQUENTIAL", "LATEST"],
      },
    });
    const channel = await makeChannel({
      name: "main",
      recordingConfigurationArn: configuration.arn,
    });
    // A keyframe that is due for a thumbnail is left out while another one is being decoded: five
    // seconds for that, however busy the machine is.
    const encoder = publish(film, channel.rtmps, 2);
    const start = await events.wait(channel.arn, "Stream Start");
    const { stream } = await getStream(channel.arn);
    const streamId = stream?.streamId ?? "";
    expect(stream).toMatchObject({ channelArn: channel.arn, state: "LIVE", health: "HEALTHY" });
    expect(streamId).toMatch(/^st-1[A-Za-z0-9]{22}$/);
    const { streams } = await root.ivs.send(new ListStreamsCommand({}));
    expect(streams?.map((each) => each.streamId)).toEqual([streamId]);
    expect(await decodedSeconds(channel.playbackUrl)).toBeGreaterThan(4);
    expect((await encoder.ended).code).toBe(0);

    const end = await events.wait(channel.arn, "Recording End");
    await expect(getStream(channel.arn)).rejects.toMatchObject({ name: "ChannelNotBroadcasting" });
    const [, channelId = ""] = channel.arn.split("/");
    expect(start).toMatchObject({
      version: "0",
      source: "aws.ivs",
      "detail-type": "IVS Stream State Change",
      account: "000000000000",
      region: "us-east-1",
      resources: [channel.arn],
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      detail: { event_name: "Stream Start", channel_name: "main", stream_id: streamId },
    });
    const prefix = String(end.detail.recording_s3_key_prefix);
    expect(prefix).toMatch(
      new RegExp(
        `^ivs/v1/000000000000/${channelId}/20\\d\\d/[1-9]\\d?/[1-9]\\d?/\\d\\d?/\\d\\d?/${ID}$`,
      ),
    );
    const recorded = {
      channel_name: "main",
      stream_id: streamId,
      recording_status_reason: "",
      recording_s3_bucket_name: bucket,
      recording_s3_key_prefix: prefix,
      recording_session_id: expect.stringMatching(new RegExp(`^${ID}$`)),
      recording_session_stream_ids: [streamId],
    };
    expect((await events.wait(channel.arn, "Recording Start")).detail).toEqual({
      ...recorded,
      recording_status: "Recording Start",
      recording_duration_ms: 0,
    });
    const durationMs = Number(end.detail.recording_duration_ms);
    expect(end.detail).toEqual({
      ...recorded,
      recording_status: "Recording End",
      recording_duration_ms: durationMs,
    });
    expect(Math.abs(durationMs - FILM_SECONDS * 1_000)).toBeLessThan(100);

    const copy = await copyBucket(root.s3, bucket);
    expect(copy.keys).toEqual(
      [
        "events/recording-ended.json",
        "events/recording-started.json",
        "media/hls/180p30/0.ts",
        "media/hls/180p30/1.ts",
        "media/hls/180p30/byte-range-variant.m3u8",
        "media/hls/180p30/playlist.m3u8",
        "media/hls/byte-range-multivariant.m3u8",
        "media/hls/master.m3u8",
        "media/latest_thumbnail/thumb.jpg",
        "media/thumbnails/thumb0.jpg",
        "media/thumbnails/thumb1.jpg",
      ].map((path) => `${prefix}/${path}`),
    );
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    const hls = {
      path: "media/hls",
      playlist: "master.m3u8",
      byte_range_playlist: "byte-range-multivariant.m3u8",
      renditions: [
        {
          path: "180p30",
          playlist: "playlist.m3u8",
          byte_range_playlist: "byte-range-variant.m3u8",
          resolution_height: 180,
          resolution_width: 320,
        },
      ],
    };
    const size = { resolution_height: 180, resolution_width: 320 };
    const thumbnails = {
      thumbnails: { path: "media/thumbnails", ...size },
      latest_thumbnail: { path: "media/latest_thumbnail/thumb.jpg", ...size },
    };
    const started = {
      version: "v1",
      channel_arn: channel.arn,
      recording_started_at: time,
      recording_status: "RECORDING_STARTED",
      media: { hls, ...thumbnails },
    };
    const json = (name: string) => JSON.parse(copy.text(`${prefix}/events/${name}`));
    expect(json("recording-started.json")).toEqual(started);
    expect(json("recording-ended.json")).toEqual({
      ...started,
      recording_status: "RECORDING_ENDED",
      recording_ended_at: time,
      media: { hls: { ...hls, duration_ms: durationMs }, ...thumbnails },
    });
    expect(copy.contentType(`${prefix}/events/recording-ended.json`)).toBe("application/json");
    for (const playlist of ["master.m3u8", "byte-range-multivariant.m3u8"])
      expect(await decodedSeconds(`${copy.folder}/${prefix}/media/hls/${playlist}`)).toBe(
        FILM_SECONDS,
      );
    for (const name of ["thumbnails/thumb0.jpg", "latest_thumbnail/thumb.jpg"])
      expect(await pictureSize(`${copy.folder}/${prefix}/media/${name}`)).toBe("mjpeg,320,180");
    expect(copy.contentType(`${prefix}/media/thumbnails/thumb1.jpg`)).toBe("image/jpeg");
    await copy.remove();

    const { streamSession } = await root.ivs.send(
      new GetStreamSessionCommand({ channelArn: channel.arn }),
    );
    expect(streamSession).toMatchObject({
      streamId,
      channel: { arn: channel.arn, name: "main" },
      recordingConfiguration: { arn: configuration.arn },
      ingestConfiguration: {
        video: { videoWidth: 320, videoHeight: 180, targetFramerate: 30 },
        audio: { codec: "mp4a.40.2", sampleRate: 44_100, channels: 2 },
      },
    });
    expect(streamSession?.truncatedEvents?.map((event) => event.name).toSorted()).toEqual([
      "Recording End",
      "Recording Start",
      "Session Created",
      "Session Ended",
      "Stream End",
      "Stream Start",
    ]);
    const { streamSessions } = await root.ivs.send(
      new ListStreamSessionsCommand({ channelArn: channel.arn }),
    );
    expect(streamSessions).toMatchObject([
      { streamId, hasErrorEvent: false, endTime: expect.any(Date) },
    ]);
  });

  it.concurrent.each<[string, (bucket: string) => Promise<unknown>]>([
    ["the bucket's policy denies the role", denyRole],
    ["the bucket is gone", (Bucket) => root.s3.send(new DeleteBucketCommand({ Bucket }))],
    ["the bucket is another one now, in another Region", moveBucket],
    [
      "the bucket's default is a KMS key that isn't there",
      (bucket) => encryptWith(bucket, "1234abcd"),
    ],
  ])("goes on live when %s, and says that recording failed", async (_what, spoil) => {
    const bucket = await makeBucket(root);
    const { arn } = await makeRecordingConfiguration(root, bucket);
    await spoil(bucket);
    const channel = await makeChannel({ recordingConfigurationArn: arn });
    const encoder = publish(film, channel.rtmps);
    const failure = await events.wait(channel.arn, "Recording Start Failure");
    expect(failure.detail).toMatchObject({
      recording_status_reason: "ValidationException",
      recording_s3_bucket_name: bucket,
      recording_s3_key_prefix: "",
      recording_duration_ms: 0,
    });
    await events.wait(channel.arn, "Stream Start");
    expect((await getStream(channel.arn)).stream?.state).toBe("LIVE");
    await root.ivs.send(new StopStreamCommand({ channelArn: channel.arn }));
    await encoder.ended;
    const { streamSessions } = await root.ivs.send(
      new ListStreamSessionsCommand({ channelArn: channel.arn }),
    );
    expect(streamSessions).toMatchObject([{ hasErrorEvent: true }]);
    const names = events.seen.filter(({ resources }) => resources.includes(channel.arn));
    expect(names.map(EventReader.nameOf)).not.toContain("Recording Start");
  });
});

describe("publishing", () => {
  it("is refused with a wrong key, and over plain RTMP without insecureIngest", async () => {
    const channel = await makeChannel();
    const refused = [channel.rtmp, `${channel.rtmps}x`, channel.rtmps.replace("/sk_", "/kk_")];
    for (const url of refused) {
      const { code, said } = await publish(film, url).ended;
      expect(code).not.toBe(0);
      expect(said).not.toBe("");
    }
    const sessions = new ListStreamSessionsCommand({ channelArn: channel.arn });
    expect((await root.ivs.send(sessions)).streamSessions).toEqual([]);
  });

  it("holds the channel: nobody else publishes to it, changes or deletes it, until StopStream", async () => {
    const channel = await makeChannel({ insecureIngest: true });
    const { arn } = channel;
    const encoder = publish(film, channel.rtmp);
    await events.wait(arn, "Session Created");
    expect((await publish(film, channel.rtmps).ended).code).not.toBe(0);
    for (const command of [
      new UpdateChannelCommand({ arn, name: "new" }),
      new DeleteChannelCommand({ arn }),
    ])
      await expect(root.ivs.send(command as UpdateChannelCommand)).rejects.toMatchObject({
        name: "ConflictException",
      });
    await events.wait(arn, "Stream Start");
    await root.ivs.send(new StopStreamCommand({ channelArn: arn }));
    await expect(getStream(arn)).rejects.toMatchObject({ name: "ChannelNotBroadcasting" });
    await encoder.ended;
    await root.ivs.send(new DeleteChannelCommand({ arn }));
    const sessions = new ListStreamSessionsCommand({ channelArn: arn });
    expect((await root.ivs.send(sessions)).streamSessions).toHaveLength(1);
  });

  it("to a private channel is played by nobody without a token", async () => {
    const channel = await makeChannel({ authorized: true });
    const encoder = publish(film, channel.rtmps);
    await events.wait(channel.arn, "Stream Start");
    const response = await fetch(channel.playbackUrl);
    expect(response.status).toBe(403);
    encoder.kill();
    await events.wait(channel.arn, "Session Ended");
  });
});
