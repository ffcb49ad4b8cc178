import { generateKeyPairSync } from "node:crypto";
import {
  CreateChannelCommand,
  GetStreamCommand,
  ImportPlaybackKeyPairCommand,
} from "@aws-sdk/client-ivs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasCamera } from "../../support/broadcast-page.ts";
import { type CallPage, openCallPage } from "../../support/call-page.ts";
import { playbackToken } from "../../support/playback-token.ts";
import { type Clients, startTestServer, type TestServer } from "../../support/test-server.ts";
import { until } from "../../support/until.ts";
import { type Encoder, type Film, makeFilm, publish } from "./encoder.ts";
import { EventReader } from "./event-reader.ts";

const SDP = { "content-type": "application/sdp" };

describe.skipIf(!hasCamera)("viewers by WHEP", () => {
  let server: TestServer;
  let root: Clients;
  let events: EventReader;
  let page: CallPage;
  let film: Film;
  let reordered: Film;
  const encoders: Encoder[] = [];
  beforeAll(async () => {
    const bFrames = ["-b:v", "300k", "-x264-params", "bframes=2:b-adapt=0"];
    [server, page, film, reordered] = await Promise.all([
      startTestServer(),
      openCallPage(),
      makeFilm(6),
      makeFilm(6, bFrames),
    ]);
    root = server.clients();
    events = new EventReader(server.endpoint);
  });
  afterAll(async () => {
    for (const encoder of encoders) encoder.kill();
    events.close();
    await page.close();
    await server.close();
  });

  /** A channel that is live by RTMP, and its URL for WHEP. */
  async function goLive(source: Film, authorized = false) {
    const { channel, streamKey } = await root.ivs.send(
      new CreateChannelCommand({ type: "BASIC", authorized, insecureIngest: true }),
    );
    const { arn = "", playbackUrl = "" } = channel ?? {};
    const url = `rtmp://localhost:${server.server.ports.rtmp}/app/${streamKey?.value}`;
    const encoder = publish(source, url, 1, true);
    encoders.push(encoder);
    await events.wait(arn, "Stream Start");
    const name = new URL(playbackUrl).pathname.replace(/^.*\/(.*)\.m3u8$/, "$1");
    return { arn, encoder, whep: `${server.endpoint}/whep/${name}` };
  }

  async function offer(url: string, body: string, headers: Record<string, string> = {}) {
    return fetch(url, { method: "POST", headers: { ...SDP, ...headers }, body });
  }

  /** Resolves to the answer, and to the page's viewer if it was taken. */
  async function watch(url: string, headers: Record<string, string> = {}) {
    let answer = new Response();
    let description = "";
    const viewer = await page
      .subscribe(async (sdp) => {
        answer = await offer(url, sdp, headers);
        description = await answer.text();
        if (answer.status !== 201) throw new Error(description);
        return { description };
      })
      .catch(() => -1);
    return { answer, description, viewer };
  }

  it("see and hear what comes by RTMP, count as viewers, and leave by DELETE", async () => {
    const { encoder, whep, arn } = await goLive(film);
    const { answer, viewer } = await watch(whep);
    expect(answer.status).toBe(201);
    await until(async () => (await page.received(viewer)).frames > 30, "pictures");
    await until(async () => (await page.received(viewer)).audioPackets > 50, "sound");
    expect(await page.received(viewer)).toMatchObject({ width: 320, height: 180, packetsLost: 0 });
    const { stream } = await root.ivs.send(new GetStreamCommand({ channelArn: arn }));
    expect(stream?.viewerCount).toBe(1);
    const session = new URL(answer.headers.get("location") ?? "", server.endpoint);
    const ask = async (method: string) => (await fetch(session, { method })).status;
    expect(await ask("PATCH")).toBe(405);
    expect(await ask("DELETE")).toBe(200);
    expect(await ask("DELETE")).not.toBe(200);
    const other = await watch(whep);
    await until(async () => (await page.received(other.viewer)).frames > 5, "pictures again");
    encoder.kill();
    await events.wait(arn, "Stream End");
    expect((await offer(whep, "v=0\r\n")).status).not.toBe(201);
  });

  it("need a token where the channel is private", async () => {
    const keys = generateKeyPairSync("ec", { namedCurve: "P-384" });
    const publicKeyMaterial = keys.publicKey.export({ type: "spki", format: "pem" }).toString();
    await root.ivs.send(new ImportPlaybackKeyPairCommand({ publicKeyMaterial }));
    const { arn, whep, encoder } = await goLive(film, true);
    const claims = { "aws:channel-arn": arn, exp: Math.floor(Date.now() / 1_000) + 60 };
    const token = playbackToken(claims, keys.privateKey);
    expect((await watch(whep)).answer.status).toBe(403);
    const small = playbackToken({ ...claims, "aws:maximum-resolution": "SD" }, keys.privateKey);
    expect((await watch(whep, { authorization: "Bearer x" })).answer.status).toBe(403);
    expect((await watch(`${whep}?token=${small}`)).answer.status).toBe(201);
    const { answer, viewer } = await watch(whep, { authorization: `Bearer ${token}` });
    expect(answer.status).toBe(201);
    await until(async () => (await page.received(viewer)).frames > 5, "pictures");
    encoder.kill();
  });

  it("are refused with the reason: B-frames, another codec, no such channel", async () => {
    const { whep, encoder } = await goLive(reordered);
    const refused = await watch(whep);
    expect(refused.answer.status).toBe(403);
    expect(refused.description).toContain("B-frames");
    encoder.kill();
    const unknown = whep.replace(/[^.]+$/, "abcdefghijkl");
    expect((await watch(unknown)).answer.status).toBe(404);
    const nameless = await watch(`${server.endpoint}/whep`, { authorization: "Bearer x" });
    expect(nameless.description).toContain("/whep/ and the channel's name");
  });
});
