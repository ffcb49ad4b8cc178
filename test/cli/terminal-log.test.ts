import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ListBucketsCommand } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { createUser } from "../support/principals.ts";
import { clientsOf } from "../support/test-server.ts";
import { until } from "../support/until.ts";

const COMMAND = fileURLToPath(new URL("../../packages/cli/bin/rolecast.js", import.meta.url));
const FLAGS = "--data memory --port 0 --rtmp-port 0 --rtmps-port 0 --srt-port 0";

test("on a terminal the server says in a line what it denies, and how to learn why", async () => {
  // util-linux's `script` gives a program a terminal.
  const command = `exec ${process.execPath} ${COMMAND} start ${FLAGS}`;
  const child = spawn("script", ["-qec", command, "/dev/null"], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ROLECAST_COMMAND: "npx rolecast" },
  });
  let shown = "";
  child.stdout.on("data", (chunk: Buffer) => {
    shown += chunk.toString();
  });
  try {
    await until(() => shown.includes("Ready."), "the server is ready");
    const endpoint = /http:\/\/127\.0\.0\.1:\d+/.exec(shown)?.[0] ?? "";
    const root = { accessKeyId: "test", secretAccessKey: "test" };
    const ann = await createUser(clientsOf(endpoint, root, "us-east-1").iam, "ann");
    const { s3 } = clientsOf(endpoint, ann, "us-east-1");
    await expect(s3.send(new ListBucketsCommand({}))).rejects.toThrow("ListAllMyBuckets");
    const denied = "denied s3:ListAllMyBuckets on \\S+ to \\S+user/ann";
    const line = new RegExp(`\\d\\d:\\d\\d {2}${denied} · npx rolecast explain [0-9a-z]{25}\r\n`);
    await until(() => line.test(shown), "the denial is shown");
    expect(shown).not.toContain('{"level"');
  } finally {
    child.kill();
  }
});
