import {
  CreateChannelCommand,
  ListPlaybackKeyPairsCommand,
  PutMetadataCommand,
} from "@aws-sdk/client-ivs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createUser } from "../../support/principals.ts";
import { type Clients, startTestServer, type TestServer } from "../../support/test-server.ts";

let server: TestServer;
let root: Clients;
let channelArn: string;
beforeAll(async () => {
  server = await startTestServer({ rateLimits: true });
  root = server.clients();
  const { channel } = await root.ivs.send(new CreateChannelCommand({}));
  channelArn = channel?.arn ?? "";
});
afterAll(() => server.close());

const put = (metadata: string, arn = channelArn, clients = root) =>
  clients.ivs.send(new PutMetadataCommand({ channelArn: arn, metadata }));

it("is for channels that are live, of at most 1 KB, by who may", async () => {
  const absent = "arn:aws:ivs:us-east-1:000000000000:channel/AbSeNt123456";
  await expect(put("x", absent)).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  await expect(put("x")).rejects.toMatchObject({
    name: "ChannelNotBroadcasting",
    message: `Channel: ${channelArn} is not currently online`,
    $metadata: { httpStatusCode: 404 },
  });
  // Bytes, not characters.
  for (const [metadata, name] of [
    ["ü".repeat(513), "ValidationException"],
    ["ü".repeat(512), "ChannelNotBroadcasting"],
    ["", "ValidationException"],
  ] as const)
    await expect(put(metadata)).rejects.toMatchObject({ name });
  await expect(put("x".repeat(1_025))).rejects.toThrow("Metadata size exceeds payload limit");
  const nobody = server.clients(await createUser(root.iam, "nobody"));
  await expect(put("x", channelArn, nobody)).rejects.toMatchObject({
    name: "AccessDeniedException",
  });
});

it("is held to AWS's rate where that is asked for", async () => {
  const { channel } = await root.ivs.send(new CreateChannelCommand({}));
  const arn = channel?.arn ?? "";
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => put("x", arn).catch((error: unknown) => error)),
  );
  const throttled = answers.filter((error) => (error as Error).name === "ThrottlingException");
  expect(throttled.length).toBeGreaterThan(0);
  expect(answers.length - throttled.length).toBeGreaterThanOrEqual(5);
  expect(throttled[0]).toMatchObject({
    message: `Operation: ivs:PutMetadata exceeded call rate: 5 for resource: ${arn}`,
    $metadata: { httpStatusCode: 429 },
  });
});

it("and so is every other operation", async () => {
  const calls = Array.from({ length: 9 }, () => root.ivs.send(new ListPlaybackKeyPairsCommand({})));
  const errors = (await Promise.allSettled(calls)).flatMap((call) =>
    call.status === "rejected" ? [call.reason as Error] : [],
  );
  expect(errors[0]).toMatchObject({
    name: "ThrottlingException",
    message: "Operation: ivs:ListPlaybackKeyPairs exceeded call rate: 3 for resource: 000000000000",
    $metadata: { httpStatusCode: 429 },
  });
});
