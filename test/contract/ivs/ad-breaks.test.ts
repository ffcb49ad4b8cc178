import {
  CreateAdConfigurationCommand,
  CreateChannelCommand,
  InsertAdBreakCommand,
} from "@aws-sdk/client-ivs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createUser } from "../../support/principals.ts";
import { type Clients, startTestServer, type TestServer } from "../../support/test-server.ts";

let server: TestServer;
let root: Clients;
let channelArn: string;
beforeAll(async () => {
  server = await startTestServer();
  root = server.clients();
  const mediaTailor =
    "arn:aws:mediatailor:us-east-1:000000000000:playbackConfiguration/00000000-0000";
  const { adConfiguration } = await root.ivs.send(
    new CreateAdConfigurationCommand({
      mediaTailorPlaybackConfigurations: [{ playbackConfigurationArn: mediaTailor }],
    }),
  );
  const { channel } = await root.ivs.send(
    new CreateChannelCommand({ adConfigurationArn: adConfiguration?.arn }),
  );
  channelArn = channel?.arn ?? "";
});
afterAll(() => server.close());

const insert = (durationSeconds: number, arn = channelArn, clients = root) =>
  clients.ivs.send(new InsertAdBreakCommand({ channelArn: arn, durationSeconds }));

it("is for channels that are live, by who may", async () => {
  const absent = "arn:aws:ivs:us-east-1:000000000000:channel/AbSeNt123456";
  await expect(insert(30, absent)).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  await expect(insert(30)).rejects.toMatchObject({
    name: "ChannelNotBroadcasting",
    message: `Channel: ${channelArn} is not currently online`,
    $metadata: { httpStatusCode: 404 },
  });
  const nobody = server.clients(await createUser(root.iam, "nobody"));
  await expect(insert(30, channelArn, nobody)).rejects.toMatchObject({
    name: "AccessDeniedException",
    message: expect.stringContaining(`perform: ivs:InsertAdBreak on resource: ${channelArn}`),
  });
});

it("lasts from 1 to 300 seconds", async () => {
  for (const [seconds, name] of [
    [0, "ValidationException"],
    [1, "ChannelNotBroadcasting"],
    [300, "ChannelNotBroadcasting"],
    [301, "ValidationException"],
  ] as const)
    await expect(insert(seconds)).rejects.toMatchObject({ name });
});

it("refuses an offline channel before it asks for its ad configuration", async () => {
  const { channel } = await root.ivs.send(new CreateChannelCommand({}));
  await expect(insert(30, channel?.arn)).rejects.toMatchObject({ name: "ChannelNotBroadcasting" });
});
