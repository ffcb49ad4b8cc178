import { CreateChannelCommand, GetStreamCommand, ListChannelsCommand } from "@aws-sdk/client-ivs";
import { expect, it } from "vitest";
import { makeBucket, makeRecordingConfiguration } from "../../contract/ivs/recording-bucket.ts";
import { startTestServer } from "../../support/test-server.ts";
import { makeFilm, publish } from "./encoder.ts";
import { EventReader } from "./event-reader.ts";

it("a reset ends streams, forgets everything and takes encoders on the same ports again", async () => {
  const server = await startTestServer();
  const film = await makeFilm(8);
  const { ivs } = server.clients();
  const goLive = async () => {
    const clients = server.clients();
    const { arn } = await makeRecordingConfiguration(clients, await makeBucket(clients));
    const { channel, streamKey } = await ivs.send(
      new CreateChannelCommand({ recordingConfigurationArn: arn }),
    );
    const url = `rtmps://localhost:${server.server.ports.rtmps}/app/${streamKey?.value}`;
    const events = new EventReader(server.endpoint);
    const encoder = publish(film, url, 2, true);
    const refused = encoder.ended.then(({ code, said }) => {
      throw new Error(`The encoder ended with ${code}: ${said}`);
    });
    await Promise.race([events.wait(channel?.arn ?? "", "Stream Start"), refused]);
    refused.catch(() => undefined);
    events.close();
    return { encoder, channelArn: channel?.arn };
  };
  const before = await goLive();
  const { status } = await fetch(`${server.endpoint}/_rolecast/state/reset`, { method: "POST" });
  expect(status).toBe(200);
  expect((await before.encoder.ended).code).not.toBe(0);
  expect((await ivs.send(new ListChannelsCommand({}))).channels).toEqual([]);
  const { channelArn, encoder } = await goLive();
  expect((await ivs.send(new GetStreamCommand({ channelArn }))).stream?.state).toBe("LIVE");
  encoder.kill();
  await server.close();
});
