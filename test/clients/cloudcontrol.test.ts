import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { awsCli, hasAwsCli, NO_AWS_CLI } from "../support/aws-cli.ts";
import { hasModules, PYTHON } from "../support/python.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

const SCRIPT = fileURLToPath(new URL("cloudcontrol_boto3.py", import.meta.url));
const run = promisify(execFile);

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server?.close());

describe.skipIf(!hasModules("boto3"))(`boto3 (skipped when ${PYTHON} has no boto3)`, () => {
  it("makes, patches, lists and deletes a resource, and waits for each request", async () => {
    const { stdout } = await run(PYTHON, [SCRIPT, server.endpoint]);
    expect(JSON.parse(stdout)).toEqual({
      statuses: ["SUCCESS", "SUCCESS", "SUCCESS"],
      tags: [{ Key: "a", Value: "b" }],
      listed: true,
      gone: ["ResourceNotFoundException", "ResourceNotFoundException", 400],
      unknown: ["TypeNotFoundException", "TypeNotFoundException", 400],
      requests: 3,
    });
  });
});

describe.skipIf(!hasAwsCli)(NO_AWS_CLI, () => {
  it("makes a channel, and waits for it", async () => {
    const env = {
      ...process.env,
      AWS_ENDPOINT_URL: server.endpoint,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_DEFAULT_REGION: "us-east-1",
    };
    const cli = async (...args: string[]) => {
      const whole = ["cloudcontrol", ...args, "--output", "json"];
      return (await run(await awsCli(), whole, { env })).stdout;
    };
    const type = ["--type-name", "AWS::IVS::Channel"];
    const state = ["--desired-state", '{"Name": "cli"}'];
    const { ProgressEvent } = JSON.parse(await cli("create-resource", ...type, ...state));
    await cli("wait", "resource-request-success", "--request-token", ProgressEvent.RequestToken);
    const out = await cli("get-resource", ...type, "--identifier", ProgressEvent.Identifier);
    const { ResourceDescription } = JSON.parse(out);
    expect(JSON.parse(ResourceDescription.Properties)).toMatchObject({ Name: "cli" });
  });
});
