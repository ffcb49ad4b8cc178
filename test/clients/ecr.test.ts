import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasModules, PYTHON } from "../support/python.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

const SCRIPT = fileURLToPath(new URL("ecr_boto3.py", import.meta.url));
const run = promisify(execFile);

describe.skipIf(!hasModules("boto3"))(`boto3 (skipped when ${PYTHON} has no boto3)`, () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server?.close());

  it("calls all of ECR's operations, each denied to a user who may do nothing", async () => {
    const { stdout } = await run(PYTHON, [SCRIPT, server.endpoint]);
    expect(JSON.parse(stdout)).toEqual({
      operations: 18,
      refused: {},
      denied: ["AccessDeniedException"],
      tags: [{ Key: "stage", Value: "beta" }],
      repository: "000000000000.dkr.ecr.us-east-1.amazonaws.com/studio/app",
      mutability: "IMMUTABLE",
      images: [],
      failures: ["ImageNotFound"],
      missing: "RepositoryNotFoundException",
      pushes: "NotImplemented",
    });
  });
});
