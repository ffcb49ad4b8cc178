import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasModules, PYTHON } from "../support/python.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

const SCRIPT = fileURLToPath(new URL("./service-linked-roles.py", import.meta.url));
const SERVICE = "batch.amazonaws.com";

describe.skipIf(!hasModules("boto3"))("boto3", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());

  test("sees a service-linked role from its creation to its end, and its own error classes", async () => {
    const { stdout } = await promisify(execFile)(PYTHON, [SCRIPT, server.endpoint]);
    const created = ["Arn", "AssumeRolePolicyDocument", "CreateDate", "Path", "RoleId", "RoleName"];
    expect(JSON.parse(stdout)).toEqual({
      created: [
        created,
        { Action: ["sts:AssumeRole"], Effect: "Allow", Principal: { Service: [SERVICE] } },
      ],
      shown: [
        [...created, "MaxSessionDuration", "RoleLastUsed"].sort(),
        { Action: "sts:AssumeRole", Effect: "Allow", Principal: { Service: SERVICE } },
      ],
      taken: ["InvalidInputException", "InvalidInput"],
      noTemplate: ["ClientError", "AccessDenied"],
      protected: ["UnmodifiableEntityException", "UnmodifiableEntity"],
      assumed: ["ClientError", "AccessDenied"],
      deleted: ["SUCCEEDED", false],
      gone: ["NoSuchEntityException", "NoSuchEntity"],
      session: "arn:aws:iam::000000000000:root",
    });
  });
});
