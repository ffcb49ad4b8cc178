import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import type { Service } from "../kernel/service.ts";
import type { WebSocketAnswer } from "../kernel/web-sockets.ts";
import type { OwnHosts } from "./own-hosts.ts";
import { WebSockets } from "./web-sockets.ts";

const COUNT = 400;
const MESSAGE_BYTES = 10_000;
const text = (index: number) => String(index).padEnd(MESSAGE_BYTES, ".");
const ignore = () => undefined;

const received: number[] = [];
let endWork = ignore as () => void;
const workDone = new Promise<void>((resolve) => {
  endWork = resolve;
});
const server = createServer();
const webSockets = new WebSockets({
  services: [{ webSocket: async () => slow } as unknown as Service],
  hosts: { check: ignore } as unknown as OwnHosts,
  log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
});
/** Works on every message until `endWork` is called. */
const slow: WebSocketAnswer = {
  protocol: "token",
  messageBytesMax: 2 * MESSAGE_BYTES,
  open: () => ({
    received(message) {
      received.push(Number.parseInt(message, 10));
      return workDone;
    },
    closed: ignore,
  }),
};

beforeAll(async () => {
  server.on("upgrade", (incoming, socket: Socket, head) => {
    const client = { address: "127.0.0.1", scheme: "http", isSecure: true } as const;
    void webSockets.answer(incoming, socket, head, client);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterAll(() => {
  webSockets.close();
  server.close();
});

test("a client with much in work is read no further until some of it is done", async () => {
  const { port } = server.address() as AddressInfo;
  const client = new WebSocket(`ws://127.0.0.1:${port}/`, "token");
  await once(client, "open");
  for (let index = 0; index < COUNT; index += 1) client.send(text(index));
  await expect.poll(() => received.length).toBeGreaterThan(10);
  // A client that isn't read has sent what its socket takes: nothing comes any more.
  let before = -1;
  await expect
    .poll(
      () => {
        const isStill = before === received.length;
        before = received.length;
        return isStill;
      },
      { interval: 300 },
    )
    .toBe(true);
  expect(received.length).toBeLessThan(60);
  endWork();
  await expect.poll(() => received.length).toBe(COUNT);
  expect(received).toEqual(Array.from({ length: COUNT }, (_none, index) => index));
  client.terminate();
});
