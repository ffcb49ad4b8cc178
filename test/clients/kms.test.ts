import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasModules, PYTHON } from "../support/python.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

const SCRIPT = fileURLToPath(new URL("kms_boto3.py", import.meta.url));
const run = promisify(execFile);

describe.skipIf(!hasModules("boto3"))(`boto3 (skipped when ${PYTHON} has no boto3)`, () => {
  let server: TestServer;
  let seen: Readonly<Record<"keys" | "objects", unknown>>;
  beforeAll(async () => {
    server = await startTestServer();
    const { stdout } = await run(PYTHON, [SCRIPT, server.endpoint]);
    seen = JSON.parse(stdout);
  });
  afterAll(() => server?.close());

  it("encrypts, decrypts and reads KMS's errors, the text twice where KMS models them", () => {
    const unknown = "Invalid keyId 'fake-key-id'";
    const code = "InvalidCiphertextException";
    expect(seen.keys).toEqual({
      opened: "text",
      // AWS's has no text, and no member for one.
      other_context: { class: code, code, Message: "", status: 400 },
      unknown: {
        class: "NotFoundException",
        code: "NotFoundException",
        Message: unknown,
        message: unknown,
        status: 400,
      },
      too_long: {
        class: "ClientError",
        code: "ValidationException",
        Message:
          "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: " +
          "Member must have length less than or equal to 4096",
        status: 400,
      },
      listed: true,
    });
  });

  it("puts and gets objects under a key: signed, presigned, and by forms of both versions", () => {
    expect(seen.objects).toEqual({
      put: ["aws:kms", true],
      got: [true, true],
      presigned: true,
      signed: true,
      forms: [
        [204, true, true, "posted"],
        [204, true, true, "posted"],
      ],
    });
  });
});
