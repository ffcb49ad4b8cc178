import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Ivschat } from "@aws-sdk/client-ivschat";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type AmazonClient,
  chatOf,
  connect,
  socketUrl,
  tokenOf,
} from "../contract/ivs-chat/support.ts";
import { COMMAND } from "../support/rolecast-command.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";
import { until } from "../support/until.ts";

/* `rolecast chat`, as it was built, beside a member with Amazon's client. */

let server: TestServer;
let chat: Ivschat;
let room: string;
let member: AmazonClient;
beforeAll(async () => {
  server = await startTestServer({ logLevel: "silent" });
  chat = chatOf(server);
  ({ arn: room = "" } = await chat.createRoom({ name: "lobby" }));
  member = await connect(socketUrl(server), () => tokenOf(chat, room, "alice"));
});
afterAll(async () => {
  member?.disconnect();
  await server?.close();
});

async function run(args: readonly string[], input: string) {
  const env = { ...process.env, AWS_ENDPOINT_URL: server.endpoint };
  const child = spawn(process.execPath, [COMMAND, "chat", ...args], { env });
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk) => (out += String(chunk)));
  child.stderr.on("data", (chunk) => (err += String(chunk)));
  child.stdin.end(input);
  const [code] = await once(child, "exit");
  return { code, out, err };
}

test("sends each line of its input, moderates, and shows what comes back", async () => {
  const { code, out, err } = await run(
    ["lobby", "--user", "host"],
    "Welcome!\n\n/delete abcdefABCDEF spam\n/unknown\n/disconnect alice\n",
  );
  expect({ code, lines: out.trim().split("\n") }).toEqual({
    code: 0,
    lines: [
      expect.stringMatching(/^host: Welcome! {2}\[\w{12}\]$/),
      expect.stringMatching(/^\* aws:DELETE_MESSAGE .*"Reason":"spam"/),
      '* aws:DISCONNECT_USER {"UserId":"alice"}',
    ],
  });
  expect(err).toContain("There are /delete ID [REASON]");
  await until(() => member.seen.at(-1)?.kind === "disconnect", "the end of alice's connection");
  expect(member.seen.map(({ kind }) => kind)).toEqual([
    ...["connect", "message", "deleted", "disconnected-user", "disconnect"],
  ]);
});

test("gives each frame to programs, and says what room there isn't", async () => {
  const { out } = await run([room, "--json"], "x\n");
  expect(JSON.parse(out)).toMatchObject({ Type: "MESSAGE", Content: "x" });
  const missing = await run(["nowhere"], "");
  expect([missing.code, missing.err]).toEqual([
    1,
    expect.stringContaining("there is no room called nowhere"),
  ]);
});
