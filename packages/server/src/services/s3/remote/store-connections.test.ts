import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { StoreConnections } from "./store-connections.ts";

const LARGE = "0123456789abcdef".repeat(100_000);
const OK = "HTTP/1.1 200 OK\r\n";
const HEAD = "GET / HTTP/1.1\r\n\r\n";
const ANSWER_MS = 5_000;

/** The pieces of each answer, after the last of which the store may end the connection. */
let pieces: readonly string[] = [];
let isEnded = false;
let accepted: Socket[] = [];
let server: Server;
let store: StoreConnections;
beforeAll(async () => {
  server = createServer({ noDelay: true }, (socket) => {
    accepted.push(socket);
    socket
      .on("error", () => {})
      .on("data", async () => {
        for (const piece of pieces) {
          socket.write(piece);
          await new Promise((resolve) => setImmediate(resolve));
        }
        if (isEnded) socket.end();
      });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  store = new StoreConnections(
    new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
  );
});
afterAll(() => {
  store.destroy();
  server.close();
});

function answerWith(given: readonly string[], endsConnection = false): void {
  store.destroy();
  accepted = [];
  pieces = given;
  isEnded = endsConnection;
}

/** The body, whose memory is used again at once. */
async function read(): Promise<string> {
  const { body } = await store.ask(HEAD, [], ANSWER_MS);
  const parts: string[] = [];
  for await (const part of body) {
    parts.push(part.toString());
    body.giveBack(part);
  }
  return parts.join("");
}

test.each([
  ["in one piece", [`${OK}Content-Length: 5\r\n\r\nbytes`], "bytes"],
  ["in pieces", ["HTTP/1.1 2", "00 OK\r\ncontent-length:5\r\n\r", "\nby", "tes"], "bytes"],
  [
    "after hints",
    ["HTTP/1.1 103 Hints\r\nlink: </>\r\n\r\n", `${OK}content-length: 2\r\n\r\nok`],
    "ok",
  ],
  [
    "in chunks",
    [`${OK}transfer-encoding: chunked\r\n\r\n3;x=y\r\nbyt\r`, "\n2\r\nes\r\n0\r\nx: y\r\n\r\n"],
    "bytes",
  ],
  ["of many reads", [`${OK}content-length: ${LARGE.length}\r\n\r\n`, LARGE], LARGE],
])("an answer %s is read, and its connection kept", async (_what, given, wanted) => {
  answerWith(given);
  for (let time = 0; time < 2; time++) expect((await read()) === wanted).toBe(true);
  expect(accepted).toHaveLength(1);
});

test.each([
  ["that ends with its connection", ["HTTP/1.0 200 OK\r\n\r\nbytes"], "bytes"],
  ["before the connection's end", [`${OK}connection: close\r\ncontent-length: 2\r\n\r\nok`], "ok"],
])("an answer %s is read whole", async (_what, given, wanted) => {
  answerWith(given, true);
  for (let time = 0; time < 2; time++) expect(await read()).toBe(wanted);
  expect(accepted).toHaveLength(2);
});

test.each([
  ["is none", []],
  ["isn't HTTP", ["SSH-2.0-OpenSSH\r\n\r\n"]],
  ["is shorter than it says", [`${OK}content-length: 6\r\n\r\nbytes`]],
  ["is longer than it says", [`${OK}content-length: 4\r\n\r\nby`, "tes"]],
  ["breaks off between chunks", [`${OK}transfer-encoding: chunked\r\n\r\n5\r\nbytes\r\n`]],
  ["has malformed chunks", [`${OK}transfer-encoding: chunked\r\n\r\n5\r\nbytes!\r\n0\r\n\r\n`]],
])("an answer that %s fails its reader", async (_what, given) => {
  answerWith(given, true);
  await expect(read()).rejects.toThrow();
});

test("a store waits for its reader; one that gives up ends the connection", async () => {
  answerWith([`${OK}content-length: 1000000000\r\n\r\n`, ...Array<string>(20).fill(LARGE)]);
  const { body } = await store.ask(HEAD, [], ANSWER_MS);
  const [socket] = accepted;
  await expect.poll(() => body.readableLength).toBeGreaterThan(0);
  await expect.poll(() => (socket?.bytesWritten ?? 0) > 30_000_000).toBe(true);
  expect(body.readableLength).toBeLessThan(1_000_000);
  expect(socket?.writableLength).toBeGreaterThan(0);
  body.destroy();
  await expect.poll(() => socket?.destroyed).toBe(true);
});
