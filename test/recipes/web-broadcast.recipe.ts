import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { CreateChannelCommand, GetStreamCommand } from "@aws-sdk/client-ivs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BroadcastPage, hasCamera, openBroadcastPage } from "../support/broadcast-page.ts";
import { type Clients, startTestServer, type TestServer } from "../support/test-server.ts";
import { until } from "../support/until.ts";
import { webBroadcastSdk } from "../support/web-broadcast-sdk.ts";

/* Amazon's Web Broadcast SDK, as it is on npm, publishes to a channel. */

const run = promisify(execFile);

describe.skipIf(!hasCamera)("Amazon's Web Broadcast SDK", () => {
  let server: TestServer;
  let root: Clients;
  let browser: BroadcastPage;
  beforeAll(async () => {
    server = await startTestServer();
    root = server.clients();
    browser = await openBroadcastPage(await webBroadcastSdk());
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  /** Rejects with a name, as the SDK's errors have it. */
  async function broadcast(streamKey: string): Promise<string> {
    const { port } = new URL(server.endpoint);
    const script = `(async () => {
      const { create, BASIC_LANDSCAPE } = IVSBroadcastClient;
      const ingestEndpoint = "https://localhost:${port}";
      window.client ??= create({ streamConfig: BASIC_LANDSCAPE, ingestEndpoint });
      if (!window.media) {
        window.media = await navigator.mediaDevices.getUserMedia({ video: true, audio: true });
        const streamOf = (tracks) => new MediaStream(tracks);
        const camera = streamOf(media.getVideoTracks());
        await client.addVideoInputDevice(camera, "camera", { index: 0 });
        await client.addAudioInputDevice(streamOf(media.getAudioTracks()), "microphone");
      }
      try {
        await client.startBroadcast(${JSON.stringify(streamKey)});
        return "started";
      } catch (error) {
        return error.name + ": " + error.message;
      }
    })()`;
    return String(await browser.page.evaluate(script));
  }

  test("hears of a wrong stream key in its own words, then publishes, plays and ends", async () => {
    const { channel, streamKey } = await root.ivs.send(new CreateChannelCommand({ type: "BASIC" }));
    const { arn: channelArn = "", playbackUrl = "" } = channel ?? {};
    expect(await broadcast("sk_us-east-1_wrong")).toBe("InvalidStreamKey: Invalid stream key");
    expect(await broadcast(streamKey?.value ?? "")).toBe("started");
    const state = async () => {
      const asked = root.ivs.send(new GetStreamCommand({ channelArn }));
      return asked.then(
        ({ stream }) => stream?.state,
        () => "offline",
      );
    };
    await until(async () => (await state()) === "LIVE", "the broadcast");
    await until(async () => (await fetch(playbackUrl)).ok, "its playlist");
    const probe = ["-v", "error", "-show_entries", "stream=codec_name", "-of", "csv=p=0"];
    const { stdout } = await run("ffprobe", [...probe, playbackUrl]);
    expect(stdout).toContain("h264\naac");
    await browser.page.evaluate("client.stopBroadcast()");
    await until(async () => (await state()) === "offline", "its end");
  });
});
