import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasModules, PYTHON } from "../support/python.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

const SCRIPT = fileURLToPath(new URL("ivs_boto3.py", import.meta.url));

const hasBoto3 = hasModules("boto3");

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

describe.skipIf(!hasBoto3)(`boto3 (skipped when ${PYTHON} has no boto3)`, () => {
  it("manages channels and recording configurations, and reads IVS's errors", async () => {
    const { stdout } = await promisify(execFile)(PYTHON, [SCRIPT, server.endpoint]);
    const seen = JSON.parse(stdout);
    const channel = seen.offline[3];
    expect(seen).toEqual({
      states: ["CREATING", "ACTIVE"],
      attached: ["ConflictException", 409],
      second_key: ["ServiceQuotaExceededException", 402],
      offline: [
        "ChannelNotBroadcasting",
        404,
        `Channel: ${channel} is not currently online`,
        channel,
      ],
      pages: [
        [2, 2, 1],
        ["more-0", "more-1", "more-2", "more-3", "stage"],
      ],
      tags: { "a/b c": "1" },
      updated: "",
      deleted: 204,
      gone: ["ResourceNotFoundException", 404],
      not_live: [404, expect.stringContaining("is not currently online")],
    });
  });
});
