import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasModules, PYTHON } from "../support/python.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

const SCRIPT = fileURLToPath(new URL("organizations_boto3.py", import.meta.url));

describe.skipIf(!hasModules("boto3"))(`boto3 (skipped when ${PYTHON} has no boto3)`, () => {
  let server: TestServer;
  beforeAll(async () => {
    const account = { id: "111122223333", rootAccessKeyId: "AKIAMEMBERMEMBERMEMB" };
    server = await startTestServer({
      accounts: [{ ...account, rootSecretAccessKey: "member-root-secret-key" }],
    });
  });
  afterAll(() => server?.close());

  it("calls every operation, refused in AWS's words and then allowed", async () => {
    const { organizations } = await server.server.operations();
    const { stdout } = await promisify(execFile)(PYTHON, [SCRIPT], {
      env: {
        PATH: process.env.PATH,
        AWS_ENDPOINT_URL: server.endpoint,
        AWS_EC2_METADATA_DISABLED: "true",
        OPERATIONS: JSON.stringify(organizations),
      },
    });
    expect(stdout.trim().split("\n").at(-1)).toBe("done");
  });
});
