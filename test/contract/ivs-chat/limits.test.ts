import { once } from "node:events";
import type { Ivschat } from "@aws-sdk/client-ivschat";
import { SendMessageRequest } from "amazon-ivs-chat-messaging";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
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

/* Requests that are refused, and how connections end, frame by frame and for Amazon's client. */

let server: TestServer;
let chat: Ivschat;
const open: { close(): void }[] = [];
beforeAll(async () => {
  server = await startTestServer({ logLevel: "silent" });
  chat = chatOf(server);
});
afterAll(async () => {
  for (const client of open) client.close();
  await server?.close();
});

interface Raw {
  readonly socket: WebSocket;
  readonly frames: Record<string, unknown>[];
  readonly closed: Promise<number>;
}

async function makeRoom(settings: Parameters<Ivschat["createRoom"]>[0] = {}): Promise<string> {
  const { arn = "" } = await chat.createRoom({ maximumMessageRatePerSecond: 100, ...settings });
  return arn;
}

async function openRaw(room: string, options?: TokenOptions, path = "/"): Promise<Raw> {
  const token = await tokenOf(chat, room, "raw", options);
  const socket = new WebSocket(socketUrl(server) + path, token);
  open.push(socket);
  const frames: Record<string, unknown>[] = [];
  socket.on("message", (data) => frames.push(JSON.parse(String(data))));
  const closed = once(socket, "close").then(([code]) => code as number);
  await once(socket, "open");
  return { socket, frames, closed };
}

async function amazon(room: string, options?: TokenOptions): Promise<AmazonClient> {
  const client = await connect(socketUrl(server), () => tokenOf(chat, room, "amazon", options));
  open.push({ close: () => client.disconnect() });
  return client;
}

test("a token is good for a minute, its session for as long as was asked", async () => {
  const roomIdentifier = await makeRoom();
  const minutesOf = async (sessionDurationInMinutes?: number) => {
    const asked = { roomIdentifier, userId: "timed", capabilities: [], sessionDurationInMinutes };
    const beginMs = Date.now();
    const { tokenExpirationTime, sessionExpirationTime } = await chat.createChatToken(asked);
    const minutes = (time: Date | undefined) => Math.round((Number(time) - beginMs) / 6_000) / 10;
    return [minutes(tokenExpirationTime), minutes(sessionExpirationTime)];
  };
  expect(await minutesOf()).toEqual([1, 60]);
  expect(await minutesOf(5)).toEqual([1, 5]);
});

const send = (more: object) => JSON.stringify({ Action: "SEND_MESSAGE", RequestId: "r", ...more });
const AS = "𝄞".repeat(500);

test("a request is answered by its code, or sent to all", async () => {
  const room = await makeRoom();
  const cases: readonly (readonly [text: string, code: number | string, requestId: string])[] = [
    ["{", 400, ""],
    ["[]", 400, ""],
    ['{"Action":"SEND_MESSAGE","RequestId":1}', 400, ""],
    ['{"Action":"NONE","RequestId":"r"}', 400, "r"],
    [send({}), 400, "r"],
    [send({ Content: 1 }), 400, "r"],
    [send({ Content: "x", Attributes: { a: 1 } }), 400, "r"],
    [send({ Content: `${AS}x` }), 413, "r"],
    [send({ Content: AS }), "MESSAGE", "r"],
    ['{"action":"SEND_MESSAGE","content":"small"}', "MESSAGE", ""],
    [send({ Content: "x", Attributes: { a: "x".repeat(1_024) } }), 413, "r"],
    [send({ Content: "x", Attributes: { a: "x".repeat(1_023) } }), "MESSAGE", "r"],
    ['{"Action":"DELETE_MESSAGE","Id":"short","RequestId":"r"}', 400, "r"],
    ['{"Action":"DISCONNECT_USER","RequestId":"r"}', 400, "r"],
    [`{"Action":"DISCONNECT_USER","UserId":"${"u".repeat(129)}","RequestId":"r"}`, 413, "r"],
  ];
  for (const [text, code, requestId] of cases) {
    const { socket, frames } = await openRaw(room);
    socket.send(text);
    await until(() => frames.length === 1, `an answer to ${text.slice(0, 60)}`);
    const [answer = {}] = frames;
    expect([answer.ErrorCode ?? answer.Type, answer.RequestId], text).toEqual([code, requestId]);
    socket.close();
    await once(socket, "close");
  }
});

test("a client without a capability is told 403, and only reads", async () => {
  const room = await makeRoom();
  const reader = await openRaw(room, { capabilities: [] });
  const writer = await openRaw(room, { capabilities: ["SEND_MESSAGE"] });
  reader.socket.send(send({ Content: "x" }));
  writer.socket.send('{"Action":"DELETE_MESSAGE","Id":"abcdefABCDEF","RequestId":"r"}');
  await until(() => reader.frames.length + writer.frames.length === 2, "two answers");
  expect([reader.frames[0], writer.frames[0]]).toMatchObject([
    { Type: "ERROR", ErrorCode: 403 },
    { Type: "ERROR", ErrorCode: 403 },
  ]);
  writer.socket.send(send({ Content: "read" }));
  await until(() => reader.frames.length === 2, "the message");
  expect(Object.keys(reader.frames[1] ?? {})).toEqual([
    ...["Type", "Id", "RequestId", "Attributes", "Content", "SendTime", "Sender"],
  ]);
  expect(reader.frames[1]).toMatchObject({
    ...{ Attributes: null, Content: "read", Sender: { UserId: "raw", Attributes: {} } },
    SendTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{0,2}[1-9])?Z$/),
  });
});

test("a connection and a room have their rates", async () => {
  const busy = await openRaw(await makeRoom());
  const slowRoom = await makeRoom({ maximumMessageRatePerSecond: 1 });
  const [one, other] = [await openRaw(slowRoom), await openRaw(slowRoom)];
  const requests = Array.from({ length: 11 }, (_, index) => index);
  for (const index of requests) busy.socket.send(send({ Content: String(index) }));
  one.socket.send(send({ Content: "first" }));
  await until(() => other.frames.length === 1, "the first message");
  other.socket.send(send({ Content: "second" }));
  await until(() => busy.frames.length === 11 && other.frames.length === 2, "all answers");
  const errors = busy.frames.filter(({ Type }) => Type === "ERROR");
  expect(errors).toMatchObject([{ ErrorCode: 429 }]);
  expect(other.frames[1]).toMatchObject({ Type: "ERROR", ErrorCode: 429, RequestId: "r" });
});

test("a token opens one connection, at any path", async () => {
  const room = await makeRoom();
  const token = await tokenOf(chat, room, "once");
  const statusOf = async (path: string, ...protocols: string[]) => {
    const socket = new WebSocket(socketUrl(server) + path, protocols);
    socket.on("error", () => {});
    open.push(socket);
    const opened = once(socket, "open").then(() => 101);
    const refused = once(socket, "unexpected-response").then(
      ([, response]) => (response as { statusCode: number }).statusCode,
    );
    return Promise.race([opened, refused]);
  };
  expect(await statusOf("/any/path?x=1", token)).toBe(101);
  expect(await statusOf("/", token)).toBe(403);
  expect(await statusOf("/", `${token.slice(0, -4)}AAAA`)).toBe(403);
  expect(await statusOf("/", "made-up")).toBe(403);
  expect(await statusOf("/")).toBe(401);
  const unused = await tokenOf(chat, room, "gone");
  await chat.deleteRoom({ identifier: room });
  expect(await statusOf("/", unused)).toBe(404);
});

test("a frame that is too large, and a deleted room, end connections by their codes", async () => {
  const room = await makeRoom();
  const [large, member] = [await openRaw(room), await amazon(room)];
  large.socket.send("x".repeat(16 * 1024 + 1));
  expect(await large.closed).toBe(1009);
  await chat.deleteRoom({ identifier: room });
  await until(() => member.seen.at(-1)?.kind === "disconnect", "the end of the connection");
  expect([member.seen.at(-1)?.text, member.tokens()]).toEqual(["serverDisconnect", 1]);
});

test("a server that stops breaks connections, and Amazon's client comes back", async () => {
  const second = await startTestServer({ logLevel: "silent" });
  const theirs = chatOf(second);
  const { arn = "" } = await theirs.createRoom({});
  const back = await makeRoom();
  let url = socketUrl(second);
  const client = await connect(url, async () =>
    url === socketUrl(second) ? tokenOf(theirs, arn, "a") : tokenOf(chat, back, "a"),
  );
  url = socketUrl(server);
  await second.close();
  await until(() => client.tokens() > 1, "another token");
  client.disconnect();
});

test("Amazon's client gets the refusal of its own request", async () => {
  const member = await amazon(await makeRoom(), { capabilities: [] });
  const refused = member.room.sendMessage(new SendMessageRequest("x"));
  await expect(refused).rejects.toMatchObject({ errorCode: 403 });
});
