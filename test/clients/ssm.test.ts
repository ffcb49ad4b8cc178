import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { awsCli, hasAwsCli, NO_AWS_CLI } from "../support/aws-cli.ts";
import { hasModules, PYTHON } from "../support/python.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

const SCRIPT = fileURLToPath(new URL("ssm_boto3.py", import.meta.url));
const run = promisify(execFile);

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server?.close());

describe.skipIf(!hasModules("boto3"))(`boto3 (skipped when ${PYTHON} has no boto3)`, () => {
  it("puts, reads and pages through parameters, and knows SSM's errors", async () => {
    const { stdout } = await run(PYTHON, [SCRIPT, server.endpoint]);
    expect(JSON.parse(stdout)).toEqual({
      secret: ["hidden", "SecureString", 1],
      sealed: true,
      by_path: [10, 10, 5],
      described: [10, 10, 5],
      unknown: [...twice("ParameterNotFound"), "", 400],
      twice: [...twice("ParameterAlreadyExists"), expect.stringMatching(/^The parameter al/), 400],
      large: [...twice("ValidationException"), expect.stringMatching(/^Standard tier/), 400],
    });
  });
});

describe.skipIf(!hasAwsCli)(NO_AWS_CLI, () => {
  it("puts and reads a parameter", async () => {
    const env = {
      ...process.env,
      AWS_ENDPOINT_URL: server.endpoint,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_DEFAULT_REGION: "us-east-1",
    };
    const cli = async (...args: string[]) => {
      const { stdout } = await run(await awsCli(), ["ssm", ...args, "--output", "json"], { env });
      return stdout;
    };
    await cli("put-parameter", "--name", "/cli/a", "--type", "StringList", "--value", "a,b");
    const out = await cli("get-parameters-by-path", "--path", "/cli", "--query", "Parameters[]");
    expect(JSON.parse(out)).toMatchObject([{ Name: "/cli/a", Type: "StringList", Value: "a,b" }]);
  });
});

function twice(name: string) {
  return [name, name];
}
