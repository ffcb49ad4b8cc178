import { Readable } from "node:stream";
import { expect, test } from "vitest";
import type { Log } from "../kernel/log.ts";
import { HttpServer } from "./http-server.ts";

test("an answer whose header can't be written is a 500, and its body is let go", async () => {
  const body = new Readable({ read() {} });
  const closed = new Promise<void>((resolve) => body.on("close", resolve));
  const errors: object[] = [];
  const error = (fields: object) => void errors.push(fields);
  const log: Log = { debug: () => {}, info: () => {}, warn: () => {}, error };
  const server = new HttpServer({
    ...{ host: "127.0.0.1", port: 0, log, trustedProxies: [] },
    serve: async () => ({
      status: 200,
      headers: { "content-length": "100", "a b:": "c" },
      body,
    }),
  });
  const port = await server.listen();
  const answer = await fetch(`http://127.0.0.1:${port}/`);
  const told = "The answer couldn't be written.\n";
  expect([answer.status, await answer.text()]).toEqual([500, told]);
  expect(errors).toEqual([{ error: expect.stringContaining("a b:") }]);
  await closed;
  await server.close();
});
