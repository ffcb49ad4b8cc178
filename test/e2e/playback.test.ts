import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import {
  CreateAdConfigurationCommand,
  CreateChannelCommand,
  type CreateChannelRequest,
  ImportPlaybackKeyPairCommand,
  InsertAdBreakCommand,
  PutMetadataCommand,
} from "@aws-sdk/client-ivs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Encoder, type Film, makeFilm, publish } from "../scenarios/ivs/encoder.ts";
import { EventReader } from "../scenarios/ivs/event-reader.ts";
import { type Clients, startTestServer, type TestServer } from "../support/test-server.ts";
import { CHROMIUM, hasChromium } from "./browser.ts";
import { type HlsPlayer, startHlsPlayer } from "./hls-player.ts";

const FILM_SECONDS = 20;
/** ID3's user text frame: a T and three times X. */
const FRAME = `T${"X".repeat(3)}`;

describe.skipIf(!hasChromium)(`hls.js in chromium (skipped when there is no ${CHROMIUM})`, () => {
  let server: TestServer;
  let root: Clients;
  let player: HlsPlayer;
  let film: Film;
  let events: EventReader;
  const encoders: Encoder[] = [];

  beforeAll(async () => {
    [server, film, player] = await Promise.all([
      startTestServer(),
      makeFilm(FILM_SECONDS),
      startHlsPlayer(),
    ]);
    root = server.clients();
    events = new EventReader(server.endpoint);
  });
  afterAll(async () => {
    for (const encoder of encoders) encoder.kill();
    events.close();
    await player.close();
    await server.close();
  });

  /** A channel that is live. */
  async function goLive(input: CreateChannelRequest) {
    const { channel, streamKey } = await root.ivs.send(
      new CreateChannelCommand({ type: "BASIC", insecureIngest: true, ...input }),
    );
    const { rtmp } = server.server.ports;
    encoders.push(publish(film, `rtmp://localhost:${rtmp}/app/${streamKey?.value}`));
    const arn = channel?.arn ?? "";
    await events.wait(arn, "Stream Start");
    return { arn, playbackUrl: channel?.playbackUrl ?? "" };
  }

  async function makeAdConfiguration() {
    const playbackConfigurationArn =
      "arn:aws:mediatailor:us-east-1:000000000000:playbackConfiguration/00000000-0000";
    const { adConfiguration } = await root.ivs.send(
      new CreateAdConfigurationCommand({
        mediaTailorPlaybackConfigurations: [{ playbackConfigurationArn }],
      }),
    );
    return adConfiguration?.arn;
  }

  test.each(["TS", "FRAGMENTED_MP4"] as const)(
    "plays a low-latency channel in %s, and shows the metadata",
    async (containerFormat) => {
      const { arn, playbackUrl } = await goLive({ latencyMode: "LOW", containerFormat });
      const tab = await player.play(playbackUrl);
      const begun = await tab.until((state) => state.seconds > 0);
      const texts = ["first", '{"poll":7,"of":"Ünicode"}'];
      for (const metadata of texts)
        await root.ivs.send(new PutMetadataCommand({ channelArn: arn, metadata }));
      const state = await tab.until(
        ({ seconds, metadata }) => metadata.length > 1 && seconds > begun.seconds + 4,
      );
      expect(faults(state.errors)).toEqual([]);
      expect(state.metadata.map(({ text }) => text)).toEqual(
        texts.map((text) => `${FRAME} ${text}`),
      );
    },
  );

  test("shows an ad break, one at a time", async () => {
    const adConfigurationArn = await makeAdConfiguration();
    const { arn, playbackUrl } = await goLive({ latencyMode: "LOW", adConfigurationArn });
    const tab = await player.play(playbackUrl);
    await tab.until((state) => state.seconds > 0);
    const insert = new InsertAdBreakCommand({ channelArn: arn, durationSeconds: 30 });
    const { adBreakId } = await root.ivs.send(insert);
    expect(adBreakId).toMatch(/^[a-zA-Z0-9]{12}$/);
    await expect(root.ivs.send(insert)).rejects.toMatchObject({
      name: "ConflictException",
      $metadata: { httpStatusCode: 409 },
    });
    const state = await tab.until(({ dateRanges }) => dateRanges.length > 0);
    expect(faults(state.errors)).toEqual([]);
    expect(state.dateRanges).toMatchObject([{ id: adBreakId, class: "urn:scte:scte35:2013:bin" }]);
  });

  test("plays a private channel with a token, and not without", async () => {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "secp384r1" });
    const publicKeyMaterial = publicKey.export({ type: "spki", format: "pem" }).toString();
    await root.ivs.send(new ImportPlaybackKeyPairCommand({ publicKeyMaterial }));
    const { arn, playbackUrl } = await goLive({ authorized: true, latencyMode: "NORMAL" });
    const token = signToken(privateKey, {
      "aws:channel-arn": arn,
      "aws:access-control-allow-origin": player.origin,
      "aws:strict-origin-enforcement": true,
      "aws:viewer-id": "alice",
      exp: Math.floor(Date.now() / 1_000) + 60,
    });
    const [allowed, refused] = await Promise.all([
      player.play(`${playbackUrl}?token=${token}`),
      player.play(playbackUrl),
    ]);
    const { errors } = await refused.until((state) => state.errors.length > 0);
    expect(errors[0]).toMatchObject({ details: "manifestLoadError", status: 403 });
    const begun = await allowed.until((state) => state.seconds > 0);
    const state = await allowed.until(({ seconds }) => seconds > begun.seconds + 3);
    expect(faults(state.errors)).toEqual([]);
  });
});

/**
 * The faults of the server; how smoothly a busy machine plays is bench/hls-latency.ts's matter.
 */
function faults<E extends { readonly fatal: boolean; readonly status?: number | undefined }>(
  errors: readonly E[],
): readonly E[] {
  return errors.filter(({ fatal, status = 0 }) => fatal || status >= 400);
}

function signToken(key: KeyObject, claims: object): string {
  const text = [{ alg: "ES384", typ: "JWT" }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
  const mark = sign("sha384", Buffer.from(text), { key, dsaEncoding: "ieee-p1363" });
  return `${text}.${mark.toString("base64url")}`;
}
