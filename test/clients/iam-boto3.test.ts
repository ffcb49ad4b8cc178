import { execFile, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../support/test-server.ts";

/** Debian's own Python, which has python3-boto3 when that is installed. */
const PYTHON = "/usr/bin/python3";
const SCRIPT = fileURLToPath(new URL("iam_boto3.py", import.meta.url));
const SCRIPT_TIMEOUT_MS = 60_000;

const hasBoto3 = spawnSync(PYTHON, ["-c", "import boto3"]).status === 0;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

describe.skipIf(!hasBoto3)(`boto3 (skipped when ${PYTHON} has no boto3)`, () => {
  it("manages identities and policies, and meets the errors that it has classes for", async () => {
    const { stdout } = await promisify(execFile)(PYTHON, [SCRIPT], {
      timeout: SCRIPT_TIMEOUT_MS,
      env: {
        PATH: process.env.PATH,
        AWS_ENDPOINT_URL: server.endpoint,
        AWS_ACCESS_KEY_ID: "test",
        AWS_SECRET_ACCESS_KEY: "test",
        AWS_DEFAULT_REGION: "us-east-1",
        AWS_EC2_METADATA_DISABLED: "true",
      },
    });
    expect(stdout.trim().split("\n").at(-1)).toBe("done");
  });
});
