import { Readable } from "node:stream";
import { expect, test } from "vitest";
import type { Log } from "../kernel/log.ts";
import { HttpServer } from "./http-server.ts";

const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

test("an answer whose header can't be written is a 500, and its body is let go", async () => {
  const body = new Readable({ read() {} });
  const closed = new Promise<void>((resolve) => body.on("close", resolve));
  const server = new HttpServer({
    ...{ host: "127.0.0.1", port: 0, log: silent, trustedProxies: [] },
    serve: async () => ({ status: 200, headers: { "a b:": "c" }, body }),
  });
  const port = await server.listen();
  expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(500);
  await closed;
  await server.close();
});
