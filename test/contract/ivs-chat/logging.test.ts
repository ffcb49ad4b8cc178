import { gunzipSync } from "node:zlib";
import type { Ivschat } from "@aws-sdk/client-ivschat";
import {
  CreateBucketCommand,
  GetBucketPolicyCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
} from "@aws-sdk/client-s3";
import { SendMessageRequest } from "amazon-ivs-chat-messaging";
import { afterAll, beforeAll, expect, test } from "vitest";
import { allow, createUser, policyOf } from "../../support/principals.ts";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { until } from "../../support/until.ts";
import { ACCOUNT, chatOf, connect, socketUrl, tokenOf } from "./support.ts";

/* Logging configurations: whose permissions make them, and what is written by which principal. */

let server: TestServer;
let chat: Ivschat;
beforeAll(async () => {
  server = await startTestServer({ chatLogDelayMs: 100, logLevel: "silent" });
  chat = chatOf(server);
});
afterAll(() => server?.close());

async function makeBucket(Bucket: string): Promise<string> {
  await server.clients().s3.send(new CreateBucketCommand({ Bucket }));
  return Bucket;
}

const to = (bucketName: string) => ({ destinationConfiguration: { s3: { bucketName } } });

async function statementsOf(Bucket: string): Promise<readonly Record<string, unknown>[]> {
  const { Policy = "{}" } = await server.clients().s3.send(new GetBucketPolicyCommand({ Bucket }));
  return JSON.parse(Policy).Statement;
}

test("messages and events are written to the bucket as their clients got them", async () => {
  const bucketName = await makeBucket("chat-logs");
  const configuration = await chat.createLoggingConfiguration({ name: "all", ...to(bucketName) });
  expect(configuration).toMatchObject({ name: "all", state: "ACTIVE", ...to(bucketName) });
  const { arn = "", id } = await chat.createRoom({
    loggingConfigurationIdentifiers: [configuration.arn ?? ""],
  });
  const client = await connect(socketUrl(server), () => tokenOf(chat, arn, "alice"));
  const sent = await client.room.sendMessage(new SendMessageRequest("kept"));
  const event = await chat.sendEvent({ roomIdentifier: arn, eventName: "goal" });
  client.disconnect();
  const { s3 } = server.clients();
  const records = await until(async () => {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucketName }));
    const keys = Contents.map(({ Key = "" }) => Key);
    const prefix = `AWSLogs/${ACCOUNT}/IVSChatLogs/1.0/us-east-1/room_${id}/`;
    const time = "\\d{8}T\\d{4}Z";
    const name = `${ACCOUNT}_IVSChatLogs_1.0_us-east-1_room_${id}_${time}_\\w{8}.log.gz`;
    for (const key of keys)
      expect(key).toMatch(new RegExp(`^${prefix}\\d{4}/\\d\\d/\\d\\d/\\d\\d/${name}$`));
    const files = keys.map(async (Key) => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucketName, Key }));
      return gunzipSync((await Body?.transformToByteArray()) ?? "").toString();
    });
    const lines = (await Promise.all(files)).join("").split("\n").filter(Boolean);
    // The two may be in different files, whose names begin with the same minute.
    const found = lines.map((line) => JSON.parse(line) as { readonly type: string });
    return found.length === 2 && found.sort((a, b) => b.type.localeCompare(a.type));
  }, "two records");
  expect(records).toMatchObject([
    {
      ...{ type: "MESSAGE", version: "1.0" },
      event_timestamp: expect.stringMatching(/^[-\d]{10}T[:\d]{8}\.\d{3}Z$/),
      payload: { Type: "MESSAGE", Id: sent.id, Content: "kept", Sender: { UserId: "alice" } },
    },
    { type: "EVENT", payload: { Type: "EVENT", Id: event.id, EventName: "goal" } },
  ]);
  const attached = chat.deleteLoggingConfiguration({ identifier: configuration.arn ?? "" });
  await expect(attached).rejects.toMatchObject({ name: "ConflictException" });
});

test("the caller's permissions add AWS's statements, unless they are there", async () => {
  const bucketName = await makeBucket("chat-policy");
  const needed = ["ivschat:CreateLoggingConfiguration", "logs:CreateLogDelivery"];
  const { iam } = server.clients();
  const poor = await createUser(iam, "chat-poor", [allow(needed)]);
  const refused = chatOf(server, poor).createLoggingConfiguration(to(bucketName));
  await expect(refused).rejects.toThrow("not authorized to perform: s3:GetBucketPolicy");
  const rich = await createUser(iam, "chat-rich", [
    allow([...needed, "s3:GetBucketPolicy", "s3:PutBucketPolicy"]),
  ]);
  await chatOf(server, rich).createLoggingConfiguration(to(bucketName));
  const statements = await statementsOf(bucketName);
  expect(statements.map(({ Sid, Principal, Action }) => [Sid, Principal, Action])).toEqual([
    ["AWSLogDeliveryWrite", { Service: "delivery.logs.amazonaws.com" }, "s3:PutObject"],
    ["AWSLogDeliveryAclCheck", { Service: "delivery.logs.amazonaws.com" }, "s3:GetBucketAcl"],
  ]);
  await chatOf(server, poor).createLoggingConfiguration(to(bucketName));
  expect(await statementsOf(bucketName)).toEqual(statements);
});

test("a bucket that doesn't exist, and destinations that aren't here, are refused", async () => {
  await expect(chat.createLoggingConfiguration(to("chat-nowhere"))).rejects.toMatchObject({
    name: "ResourceNotFoundException",
  });
  for (const destinationConfiguration of [
    { cloudWatchLogs: { logGroupName: "chat" } },
    { firehose: { deliveryStreamName: "chat" } },
  ])
    await expect(chat.createLoggingConfiguration({ destinationConfiguration })).rejects.toThrow(
      `implement destinationConfiguration.${Object.keys(destinationConfiguration)[0]}`,
    );
  const nothing = { destinationConfiguration: {} } as Parameters<
    Ivschat["createLoggingConfiguration"]
  >[0];
  await expect(chat.createLoggingConfiguration(nothing)).rejects.toMatchObject({
    name: "ValidationException",
  });
});

test("a bucket whose policy denies log delivery gets nothing, and the messages go on", async () => {
  const bucketName = await makeBucket("chat-denied");
  const { arn: configuration = "" } = await chat.createLoggingConfiguration(to(bucketName));
  const Statement = {
    ...{ Effect: "Deny", Principal: { Service: "delivery.logs.amazonaws.com" } },
    ...{ Action: "s3:PutObject", Resource: `arn:aws:s3:::${bucketName}/*` },
  };
  const { s3 } = server.clients();
  await s3.send(new PutBucketPolicyCommand({ Bucket: bucketName, Policy: policyOf([Statement]) }));
  const { arn = "" } = await chat.createRoom({ loggingConfigurationIdentifiers: [configuration] });
  const { id } = await chat.sendEvent({ roomIdentifier: arn, eventName: "unlogged" });
  expect(id).toMatch(/^[a-zA-Z0-9]{12}$/);
});
