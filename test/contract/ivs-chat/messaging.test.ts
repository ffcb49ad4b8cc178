import type { Ivschat } from "@aws-sdk/client-ivschat";
import {
  DeleteMessageRequest,
  DisconnectUserRequest,
  SendMessageRequest,
} from "amazon-ivs-chat-messaging";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { until } from "../../support/until.ts";
import {
  type AmazonClient,
  chatOf,
  connect,
  socketUrl,
  type TokenOptions,
  tokenOf,
} from "./support.ts";

/* Amazon's own client, unmodified, against the server. */

let server: TestServer;
let chat: Ivschat;
let url: string;
const open: AmazonClient[] = [];
beforeAll(async () => {
  server = await startTestServer();
  chat = chatOf(server);
  url = socketUrl(server);
});
afterAll(async () => {
  for (const client of open) client.disconnect();
  await server?.close();
});

async function makeRoom(settings: Parameters<Ivschat["createRoom"]>[0] = {}): Promise<string> {
  const { arn = "" } = await chat.createRoom(settings);
  return arn;
}

async function join(room: string, userId: string, options?: TokenOptions): Promise<AmazonClient> {
  const client = await connect(url, () => tokenOf(chat, room, userId, options));
  open.push(client);
  return client;
}

test("members get each other's messages, with the sender's attributes", async () => {
  const room = await makeRoom();
  const alice = await join(room, "alice", { attributes: { color: "red" } });
  const bob = await join(room, "bob");
  const sent = await alice.room.sendMessage(new SendMessageRequest("Hi 👋", { mood: "good" }));
  expect(sent).toMatchObject({ content: "Hi 👋", sender: { userId: "alice" } });
  await until(() => bob.seen.length === 2, "bob's message");
  expect(bob.seen[1]).toEqual({
    ...{ kind: "message", text: "Hi 👋", id: sent.id, attributes: { mood: "good" } },
    sender: { userId: "alice", attributes: { color: "red" } },
  });
});

test("moderation reaches all members, and ends the connections of a user", async () => {
  const room = await makeRoom();
  const [moderator, one, two] = await Promise.all(
    ["moderator", "loud", "loud"].map((userId) => join(room, userId)),
  );
  if (!moderator || !one || !two) throw new Error("not connected");
  const { id } = await one.room.sendMessage(new SendMessageRequest("noise"));
  await moderator.room.deleteMessage(new DeleteMessageRequest(id, "too loud"));
  await moderator.room.disconnectUser(new DisconnectUserRequest("loud", "out"));
  await until(() => two.seen.at(-1)?.kind === "disconnect", "the end of the other connection");
  const kinds = two.seen.map(({ kind, text, attributes }) => [kind, text, attributes?.reason]);
  expect(kinds).toEqual([
    ["connect", "", undefined],
    ["message", "noise", undefined],
    ["deleted", id, "too loud"],
    ["disconnected-user", "loud", "out"],
    ["disconnect", "serverDisconnect", undefined],
  ]);
  expect(two.tokens()).toBe(1);
});

test("a backend sends events, deletes messages and disconnects users", async () => {
  const room = await makeRoom();
  const fan = await join(room, "fan", { capabilities: [] });
  const { id } = await chat.sendEvent({
    ...{ roomIdentifier: room, eventName: "goal", attributes: { team: "home" } },
  });
  await chat.deleteMessage({ roomIdentifier: room, id: "abcdefABCDEF" });
  await chat.disconnectUser({ roomIdentifier: room, userId: "fan" });
  await until(() => fan.seen.at(-1)?.kind === "disconnect", "the end of the connection");
  expect(fan.seen.slice(1, 4)).toMatchObject([
    { kind: "event", text: "goal", id, attributes: { team: "home" } },
    { kind: "deleted", text: "abcdefABCDEF" },
    { kind: "disconnected-user", text: "fan" },
  ]);
});
