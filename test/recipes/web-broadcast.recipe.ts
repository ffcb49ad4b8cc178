import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { CreateChannelCommand, GetStreamCommand } from "@aws-sdk/client-ivs";
import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeBucket, makeRecordingConfiguration } from "../contract/ivs/recording-bucket.ts";
import { EventReader } from "../scenarios/ivs/event-reader.ts";
import { type BroadcastPage, hasCamera, openBroadcastPage } from "../support/broadcast-page.ts";
import { type Clients, startTestServer, type TestServer } from "../support/test-server.ts";
import { until } from "../support/until.ts";
import { webBroadcastSdk } from "../support/web-broadcast-sdk.ts";

/*
 * Amazon's Web Broadcast SDK, as it is on npm, publishes to a channel: to the port of RTMPS, which
 * a worker has, under its URL and under the host name that the SDK makes of an endpoint of AWS's.
 */

const run = promisify(execFile);
const KILOBITS_MAX = 600;
/** The form of AWS's endpoints. The SDK makes `https://a1b2c3.webrtc.live-video.net:4443` of it. */
const AWS_ENDPOINT = "a1b2c3.global-contribute.live-video.net";

describe.skipIf(!hasCamera)("Amazon's Web Broadcast SDK", () => {
  let server: TestServer;
  let root: Clients;
  let events: EventReader;
  let browser: BroadcastPage;
  beforeAll(async () => {
    server = await startTestServer({ ingestWorkers: 1 });
    root = server.clients();
    events = new EventReader(server.endpoint);
    // As an entry in the hosts file does, where the port of RTMPS is 4443.
    const led = `MAP a1b2c3.webrtc.live-video.net:4443 127.0.0.1:${server.server.ports.rtmps}`;
    browser = await openBroadcastPage(await webBroadcastSdk(), [`--host-resolver-rules=${led}`]);
  });
  afterAll(async () => {
    events.close();
    await browser.close();
    await server.close();
  });

  /** Resolves to `started`, or to an error with its name, as the SDK's have it. */
  async function broadcast(streamKey: string, ingestEndpoint: string): Promise<string> {
    const script = `(async () => {
      const { create, BASIC_LANDSCAPE } = IVSBroadcastClient;
      const streamConfig = { ...BASIC_LANDSCAPE, maxBitrate: ${KILOBITS_MAX} };
      if (!window.client) {
        const Connection = window.RTCPeerConnection;
        window.RTCPeerConnection = class extends Connection {
          constructor(...args) {
            super(...args);
            window.connection = this;
          }
        };
        window.client = create({ streamConfig, ingestEndpoint: "https://localhost" });
        window.media = await navigator.mediaDevices.getUserMedia({ video: true, audio: true });
        const streamOf = (tracks) => new MediaStream(tracks);
        const camera = streamOf(media.getVideoTracks());
        await client.addVideoInputDevice(camera, "camera", { index: 0 });
        await client.addAudioInputDevice(streamOf(media.getAudioTracks()), "microphone");
      }
      try {
        await client.startBroadcast("${streamKey}", "${ingestEndpoint}");
        return "started";
      } catch (error) {
        return error.name + ": " + error.message;
      }
    })()`;
    return String(await browser.page.evaluate(script));
  }

  /** Kilobits per second that the browser was allowed to send, as it says. */
  async function allowedKilobits(): Promise<number> {
    const script = `(async () => {
      const reports = [...(await window.connection.getStats()).values()];
      const pair = reports.find((report) => report.nominated && report.availableOutgoingBitrate);
      return (pair?.availableOutgoingBitrate ?? Infinity) / 1_000;
    })()`;
    return Number(await browser.page.evaluate(script));
  }

  const rtmps = () => `https://localhost:${server.server.ports.rtmps}`;
  const api = () => `https://localhost:${new URL(server.endpoint).port}`;

  test("hears of a wrong stream key in its own words, wherever it asks", async () => {
    for (const endpoint of [rtmps(), api(), AWS_ENDPOINT]) {
      const heard = await broadcast("sk_us-east-1_wrong", endpoint);
      expect(heard).toBe("InvalidStreamKey: Invalid stream key");
    }
  });

  test("publishes to the port of RTMPS: played, recorded by the role, held to a rate", async () => {
    const bucket = await makeBucket(root);
    const { arn } = await makeRecordingConfiguration(root, bucket);
    const input = { type: "BASIC", recordingConfigurationArn: arn } as const;
    const { channel, streamKey } = await root.ivs.send(new CreateChannelCommand(input));
    const { arn: channelArn = "", playbackUrl = "" } = channel ?? {};
    expect(await broadcast(streamKey?.value ?? "", rtmps())).toBe("started");
    await events.wait(channelArn, "Stream Start");
    const probe = ["-v", "error", "-show_entries", "stream=codec_name", "-of", "csv=p=0"];
    const { stdout } = await run("ffprobe", [...probe, playbackUrl]);
    expect(stdout).toContain("h264\naac");
    expect(await allowedKilobits()).toBeLessThanOrEqual(KILOBITS_MAX);
    await browser.page.evaluate("client.stopBroadcast()");
    await events.wait(channelArn, "Stream End");
    const { detail } = await events.wait(channelArn, "Recording End");
    const Prefix = `${detail.recording_s3_key_prefix}/media/hls/`;
    const listed = await root.s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix }));
    const keys = listed.Contents?.map(({ Key }) => Key) ?? [];
    expect(keys.some((key) => key?.endsWith(".ts"))).toBe(true);
  });

  test("publishes to an endpoint as AWS names it, whose host is led here", async () => {
    const { channel, streamKey } = await root.ivs.send(new CreateChannelCommand({ type: "BASIC" }));
    const channelArn = channel?.arn ?? "";
    expect(await broadcast(streamKey?.value ?? "", AWS_ENDPOINT)).toBe("started");
    const isLive = async () => {
      const { stream } = await root.ivs.send(new GetStreamCommand({ channelArn }));
      return stream?.state === "LIVE";
    };
    await until(() => isLive().catch(() => false), "the broadcast");
    await browser.page.evaluate("client.stopBroadcast()");
    await events.wait(channelArn, "Stream End");
  });
});
