import { once } from "node:events";
import { connect } from "node:net";
import { Readable } from "node:stream";
import type { WireResponse } from "@rolecast/wire";
import { expect, test } from "vitest";
import type { Log } from "../kernel/ports/log.ts";
import { HttpServer, urlHost } from "./http-server.ts";

const quiet: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** A server that answers every request with this, and its port. */
async function startServer(response: WireResponse, log = quiet) {
  const server = new HttpServer({
    ...{ host: "127.0.0.1", port: 0, log, trustedProxies: [] },
  });
  server.serve(async () => response);
  return { server, port: await server.listen() };
}

test("an answer whose header can't be written is a 500, and its body is let go", async () => {
  const body = new Readable({ read() {} });
  const closed = new Promise<void>((resolve) => body.on("close", resolve));
  const errors: object[] = [];
  const error = (fields: object) => void errors.push(fields);
  const headers = { "content-length": "100", "a b:": "c" };
  const { server, port } = await startServer({ status: 200, headers, body }, { ...quiet, error });
  const answer = await fetch(`http://127.0.0.1:${port}/`);
  const expected = "The answer couldn't be written.\n";
  expect([answer.status, await answer.text()]).toEqual([500, expected]);
  expect(errors).toEqual([{ error: "ERR_INVALID_HTTP_TOKEN" }]);
  await closed;
  await server.close();
});

test("answers may share their headers", async () => {
  const headers = Object.freeze({ "x-kind": "shared" });
  const { server, port } = await startServer({ status: 200, headers, body: "text" });
  const answer = await fetch(`http://127.0.0.1:${port}/`);
  const seen = [answer.status, answer.headers.get("x-kind"), await answer.text()];
  expect(seen).toEqual([200, "shared", "text"]);
  await server.close();
});

test.each(["", "text", "t\u00e9xt", "\u{1f3ac}"])(
  "%j is sent in UTF-8, and headers as they are",
  async (body) => {
    // A character for each byte of a name in UTF-8, as headers hold them.
    const name = Buffer.from("\u00e9").toString("latin1");
    const { server, port } = await startServer({ status: 200, headers: { "x-name": name }, body });
    const client = connect(port, "127.0.0.1");
    client.write("GET / HTTP/1.0\r\n\r\n");
    const read: Buffer[] = [];
    client.on("data", (chunk: Buffer) => read.push(chunk));
    await once(client, "end");
    const answer = Buffer.concat(read).toString("utf8");
    expect(answer).toContain("\r\nx-name: \u00e9\r\n");
    expect(answer).toContain(`\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`);
    expect(answer.endsWith(`\r\n\r\n${body}`)).toBe(true);
    await server.close();
  },
);

test.each([
  ["fails", new Error("the other half is gone")],
  ["is given up", undefined],
])("a body that %s doesn't look whole to a client that reads to the end", async (_, error) => {
  const body = new Readable({ read() {} });
  body.push("half");
  const { server, port } = await startServer({ status: 200, headers: {}, body });
  const client = connect(port, "127.0.0.1");
  client.write("GET / HTTP/1.0\r\n\r\n");
  let read = "";
  // libuv says "end" where a reset comes together with what it reads: it comes later here.
  while (!read.endsWith("half")) read += String(await once(client, "data"));
  body.destroy(error);
  await expect(once(client, "end")).rejects.toMatchObject({ code: "ECONNRESET" });
  await server.close();
});

test.each([
  ["0.0.0.0", "localhost"],
  ["::", "localhost"],
  ["::1", "[::1]"],
  ["fe80::1", "[fe80::1]"],
  ["127.0.0.1", "127.0.0.1"],
  ["a.example", "a.example"],
])("a server that listens on %s is at %s", (host, shown) => {
  expect(urlHost(host)).toBe(shown);
});
