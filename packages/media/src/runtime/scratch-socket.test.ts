import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { expect, test } from "vitest";
import { reuseReadMemory } from "./scratch-socket.ts";

test("an accepted connection is read into one memory, answers, and closes with its server", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
  const [given] = await once(server, "connection");
  const socket = reuseReadMemory(given);
  const memories = new Set<ArrayBufferLike>();
  const received: Buffer[] = [];
  let length = 0;
  const sent = Buffer.from(Array.from({ length: 1_000_000 }, (_, index) => index % 251));
  socket.on("data", (bytes: Buffer) => {
    memories.add(bytes.buffer);
    received.push(Buffer.from(bytes));
    length += bytes.length;
    if (length === sent.length) {
      socket.write("all of it");
    }
  });
  client.write(sent);
  const [answer] = await once(client, "data");
  expect(String(answer)).toBe("all of it");
  expect(Buffer.concat(received).equals(sent)).toBe(true);
  expect(memories.size).toBe(1);
  expect(socket.remoteAddress).toBe("127.0.0.1");
  const closed = [once(socket, "close"), once(given, "close"), once(server, "close")];
  server.close();
  client.end();
  await Promise.all(closed);
});
