import { execFile } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";

const COMMAND = fileURLToPath(new URL("../../packages/cli/bin/rolecast.js", import.meta.url));

const accepted: Socket[] = [];
const silent = createServer((socket) => accepted.push(socket));
afterAll(() => {
  for (const socket of accepted) socket.destroy();
  silent.close();
});

test("doctor doesn't wait for what accepts a connection and says nothing", async () => {
  silent.listen(0, "127.0.0.1");
  await once(silent, "listening");
  const port = String((silent.address() as AddressInfo).port);
  const env = { ...process.env, AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` };
  const out = await new Promise<string>((done) => {
    execFile(process.execPath, [COMMAND, "doctor", "--port", port], { env }, (_, text) =>
      done(text),
    );
  });
  expect(out).toContain(`${port} is in use, by something that doesn't answer\n`);
  expect(out).toMatch(/^ok +Clock +\d{4}-/m);
});
