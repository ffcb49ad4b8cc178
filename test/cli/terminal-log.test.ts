import { ListBucketsCommand } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { createUser } from "../support/principals.ts";
import { COMMAND } from "../support/rolecast-command.ts";
import { startOnTerminal } from "../support/terminal-process.ts";
import { clientsOf, ROOT } from "../support/test-server.ts";
import { until } from "../support/until.ts";

const FLAGS = "--data memory --port 0 --rtmp-port 0 --rtmps-port 0 --srt-port 0";
const DENIED = "denied s3:ListAllMyBuckets on \\S+\\s+to\\s+\\S+user/ann";
const PAGE = "http://127\\.0\\.0\\.1:\\d+/#/authorization-details/[0-9a-z]{25}";

test.each([
  ["address", "0", `${DENIED}\r\n {4}${PAGE}\r\n`],
  ["link", "1", `${DENIED} · \u001b]8;;${PAGE}\u001b\\\\why\\?\u001b]8;;\u001b\\\\\r\n`],
])("on a terminal a denial is said with the %s of its page", async (_, FORCE_HYPERLINK, line) => {
  const command = `exec ${process.execPath} ${COMMAND} start ${FLAGS}`;
  const terminal = startOnTerminal(command, { env: { FORCE_HYPERLINK } });
  try {
    await until(() => terminal.shown().includes("Ready."), "the server is ready");
    const endpoint = /http:\/\/127\.0\.0\.1:\d+/.exec(terminal.shown())?.[0] ?? "";
    const ann = await createUser(clientsOf(endpoint, ROOT, "us-east-1").iam, "ann");
    const { s3 } = clientsOf(endpoint, ann, "us-east-1");
    await expect(s3.send(new ListBucketsCommand({}))).rejects.toThrow("ListAllMyBuckets");
    await until(() => new RegExp(line).test(terminal.shown()), "the denial is shown");
    expect(terminal.shown()).not.toContain('{"level"');
  } finally {
    terminal.kill("SIGTERM");
  }
});
