import { createSocket } from "node:dgram";
import { CreateChannelCommand, GetStreamCommand, StopStreamCommand } from "@aws-sdk/client-ivs";
import { createServer } from "@rolecast/server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeBucket, makeRecordingConfiguration } from "../../contract/ivs/recording-bucket.ts";
import { type Clients, startTestServer, type TestServer } from "../../support/test-server.ts";
import { copyBucket } from "./bucket-copy.ts";
import { decodedSeconds, type Film, makeFilm, publish } from "./encoder.ts";
import { EventReader } from "./event-reader.ts";

const FILM_SECONDS = 12;
/** libsrt's close drops what wasn't sent yet. */
const TAIL_SECONDS = 1;

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

/** The URL of AWS's guide: all of its parts come from the API's answers. */
async function makeChannel(input: {
  insecureIngest?: boolean;
  recordingConfigurationArn?: string;
}) {
  const { channel, streamKey } = await root.ivs.send(new CreateChannelCommand(input));
  const { endpoint, passphrase } = channel?.srt ?? {};
  const clear = `srt://${endpoint}:${server.server.ports.srt}?mode=caller&latency=1000000&streamid=${streamKey?.value}`;
  return { channelArn: channel?.arn ?? "", clear, secure: `${clear}&passphrase=${passphrase}` };
}

describe("an encoder that speaks SRT", () => {
  it("is live and recorded, with the key and the passphrase that the API gives", async () => {
    const bucket = await makeBucket(root);
    const { arn: recordingConfigurationArn } = await makeRecordingConfiguration(root, bucket);
    const { channelArn, secure } = await makeChannel({ recordingConfigurationArn });
    const encoder = publish(film, secure, 3);
    await events.wait(channelArn, "Stream Start");
    const { stream } = await root.ivs.send(new GetStreamCommand({ channelArn }));
    expect(stream).toMatchObject({ state: "LIVE", channelArn });
    expect(await encoder.ended).toMatchObject({ code: 0 });
    const { detail } = await events.wait(channelArn, "Recording End");
    const copy = await copyBucket(root.s3, bucket);
    const master = `${copy.folder}/${detail.recording_s3_key_prefix}/media/hls/master.m3u8`;
    const seconds = await decodedSeconds(master);
    await copy.remove();
    expect(seconds).toBeGreaterThan(FILM_SECONDS - TAIL_SECONDS);
    expect(Math.abs(seconds * 1_000 - Number(detail.recording_duration_ms))).toBeLessThan(150);
  });

  it("needs the passphrase, but on channels with insecureIngest; StopStream closes its connection", async () => {
    const [strict, lenient] = [await makeChannel({}), await makeChannel({ insecureIngest: true })];
    for (const url of [strict.clear, `${strict.clear}&passphrase=not-the-passphrase`])
      expect((await publish(film, url).ended).code).not.toBe(0);
    const encoder = publish(film, lenient.clear);
    const { channelArn } = lenient;
    await events.wait(channelArn, "Stream Start");
    await root.ivs.send(new StopStreamCommand({ channelArn }));
    expect((await encoder.ended).code).not.toBe(0);
    await events.wait(channelArn, "Stream End");
  });

  it("finds its port taken: that is an error where it was asked for, else a free one is taken", async () => {
    const taken = createSocket("udp4");
    await new Promise<void>((resolve) => taken.bind(0, "127.0.0.1", resolve));
    const { port: srtPort } = taken.address();
    const settings = { data: "memory", port: 0, rtmpPort: 0, rtmpsPort: 0, transcodeCores: 0 };
    await expect(createServer({ ...settings, srtPort })).rejects.toMatchObject({
      cause: { code: "EADDRINUSE", port: srtPort },
    });
    taken.close();
    const servers = await Promise.all([createServer(settings), createServer(settings)]);
    const ports = servers.map((each) => each.ports.srt);
    await Promise.all(servers.map((each) => each.close()));
    expect(new Set(ports).size).toBe(2);
    expect(ports).not.toContain(0);
  });
});
