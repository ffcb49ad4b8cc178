import { createServer as createHttpServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Ivschat } from "@aws-sdk/client-ivschat";
import { SendMessageRequest } from "amazon-ivs-chat-messaging";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { until } from "../../support/until.ts";
import { ACCOUNT, type AmazonClient, chatOf, connect, socketUrl, tokenOf } from "./support.ts";

/* A handler behind a URL and one inside the process, and what happens when they fail. */

const arnOf = (name: string) => `arn:aws:lambda:us-east-1:${ACCOUNT}:function:${name}`;
const TIMEOUT_MS = 800;

let handler: Server;
let server: TestServer;
let chat: Ivschat;
const asked: unknown[] = [];
const open: AmazonClient[] = [];

beforeAll(async () => {
  handler = createHttpServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const event = JSON.parse(Buffer.concat(chunks).toString());
    asked.push(event);
    const answers: Readonly<Record<string, unknown>> = {
      shout: { ReviewResult: "ALLOW", Content: "SHOUT", Attributes: { seen: "yes" } },
      swear: { ReviewResult: "DENY", Attributes: { Reason: "mind your words" } },
      nonsense: { ReviewResult: "MAYBE" },
      long: { ReviewResult: "ALLOW", Content: "x".repeat(501) },
    };
    if (event.Content === "slow") return;
    response.end(JSON.stringify(answers[event.Content] ?? { ReviewResult: "ALLOW" }));
  });
  await new Promise<void>((resolve) => handler.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(handler.address() as AddressInfo).port}/review`;
  server = await startTestServer({
    logLevel: "silent",
    chatReviewTimeoutMs: TIMEOUT_MS,
    chatReviewHandlers: {
      [arnOf("by-url")]: url,
      [arnOf("inside")]: ({ Content }) => ({ ReviewResult: "ALLOW", Content: `${Content}!` }),
      [arnOf("broken")]: () => Promise.reject(new Error("broken")),
    },
  });
  chat = chatOf(server);
});
afterAll(async () => {
  for (const client of open) client.disconnect();
  await server?.close();
  handler?.closeAllConnections();
  handler?.close();
});

async function memberOf(name: string, fallbackResult: "ALLOW" | "DENY") {
  const { arn = "" } = await chat.createRoom({
    messageReviewHandler: { uri: arnOf(name), fallbackResult },
  });
  const give = () => tokenOf(chat, arn, "alice", { attributes: { level: "1" } });
  const client = await connect(socketUrl(server), give);
  open.push(client);
  const send = (content: string) =>
    client.room.sendMessage(new SendMessageRequest(content, { a: "1" })).then(
      (message) => [message.content, message.attributes],
      (error: { errorCode: number; errorMessage: string }) => [error.errorCode, error.errorMessage],
    );
  return { arn, send };
}

test.each<[string, "ALLOW" | "DENY", string, unknown]>([
  ["by-url", "DENY", "hello", ["hello", { a: "1" }]],
  ["by-url", "DENY", "shout", ["SHOUT", { seen: "yes" }]],
  ["by-url", "ALLOW", "swear", [406, "mind your words"]],
  ["by-url", "DENY", "nonsense", [406, "The message was rejected"]],
  ["by-url", "ALLOW", "nonsense", ["nonsense", { a: "1" }]],
  ["by-url", "DENY", "long", [406, "The message was rejected"]],
  ["by-url", "DENY", "slow", [406, "The message was rejected"]],
  ["by-url", "ALLOW", "slow", ["slow", { a: "1" }]],
  ["inside", "DENY", "hello", ["hello!", { a: "1" }]],
  ["broken", "DENY", "hello", [406, "The message was rejected"]],
  ["nowhere", "ALLOW", "hello", ["hello", { a: "1" }]],
])("%s with the fallback %s decides about %j", async (name, fallback, content, expected) => {
  const { arn, send } = await memberOf(name, fallback);
  expect(await send(content)).toEqual(expected);
  if (name !== "by-url") return;
  expect(asked.at(-1)).toEqual({
    ...{ Content: content, MessageId: expect.stringMatching(/^[a-zA-Z0-9]{12}$/), RoomArn: arn },
    Attributes: { a: "1" },
    Sender: { Attributes: { level: "1" }, UserId: "alice", Ip: "127.0.0.1" },
  });
});

test("a removed handler isn't asked any more, from the next message on", async () => {
  const { arn, send } = await memberOf("by-url", "DENY");
  expect(await send("swear")).toEqual([406, "mind your words"]);
  await chat.updateRoom({ identifier: arn, messageReviewHandler: { uri: "" } });
  await until(async () => (await send("swear"))[0] === "swear", "the message as it is");
});
