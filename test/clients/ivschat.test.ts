import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { awsCli, hasAwsCli, NO_AWS_CLI } from "../support/aws-cli.ts";
import { createUser } from "../support/principals.ts";
import { hasModules, PYTHON } from "../support/python.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

const SCRIPT = fileURLToPath(new URL("ivschat_boto3.py", import.meta.url));
const run = promisify(execFile);

const ROOM = expect.stringMatching(/^arn:aws:ivschat:us-east-1:0{12}:room\/\w{12}$/);
const CONFIGURATION = expect.stringMatching(/:logging-configuration\/\w{12}$/);
const ANY_ROOM = "arn:aws:ivschat:us-east-1:000000000000:room/*";
const ANY_CONFIGURATION = "arn:aws:ivschat:us-east-1:000000000000:logging-configuration/*";
/** Each operation with the resource that it is decided on. */
const DECIDED: Readonly<Record<string, unknown>> = {
  CreateRoom: ANY_ROOM,
  ListRooms: ANY_ROOM,
  CreateLoggingConfiguration: ANY_CONFIGURATION,
  ListLoggingConfigurations: ANY_CONFIGURATION,
  GetLoggingConfiguration: CONFIGURATION,
  UpdateLoggingConfiguration: CONFIGURATION,
  DeleteLoggingConfiguration: CONFIGURATION,
  GetRoom: ROOM,
  UpdateRoom: ROOM,
  DeleteRoom: ROOM,
  CreateChatToken: ROOM,
  SendEvent: ROOM,
  DeleteMessage: ROOM,
  DisconnectUser: ROOM,
  TagResource: ROOM,
  UntagResource: ROOM,
  ListTagsForResource: ROOM,
};

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ logLevel: "silent" });
});
afterAll(() => server?.close());

describe.skipIf(!hasModules("boto3"))(`boto3 (skipped when ${PYTHON} has no boto3)`, () => {
  it("does all 17 operations, each refused to a stranger on its resource", async () => {
    const stranger = await createUser(server.clients().iam, "chat-stranger");
    const keys = ["test", "test", stranger.accessKeyId, stranger.secretAccessKey];
    const { stdout } = await run(PYTHON, [SCRIPT, server.endpoint, ...keys]);
    const denied = Object.entries(DECIDED).map(([operation, resource]) => [
      operation,
      ["AccessDeniedException", `ivschat:${operation}`, resource],
    ]);
    expect(JSON.parse(stdout)).toEqual({
      denied: Object.fromEntries(denied),
      configuration: ["ACTIVE", "renamed", 1],
      room: [500, 10],
      updated: [100, { uri: expect.stringMatching(/:f$/), fallbackResult: "DENY" }],
      same: true,
      pages: [["many-3", "many-2"], ["many-1", "many-0"], ["lobby"]],
      by_filter: [["many-2"], ["lobby"], ["lobby"]],
      session: 59 * 60,
      ids: [12, 12],
      tags: { more: "yes" },
      attached: ["ConflictException", 409],
      gone: ["ResourceNotFoundException", 404],
      bare: ["ValidationException", 400],
      invalid: [
        "FIELD_VALIDATION_FAILED",
        [
          {
            name: "maximumMessageLength",
            message: "Member must have value less than or equal to 500",
          },
        ],
      ],
    });
  });
});

describe.skipIf(!hasAwsCli)(NO_AWS_CLI, () => {
  it("makes a room and a token", async () => {
    const env = {
      ...process.env,
      AWS_ENDPOINT_URL: server.endpoint,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_DEFAULT_REGION: "us-east-1",
    };
    const cli = async (...args: string[]) => {
      const { stdout } = await run(await awsCli(), ["ivschat", ...args, "--output", "text"], {
        env,
      });
      return stdout.trim();
    };
    const room = await cli("create-room", "--name", "cli", "--query", "arn");
    const given = ["--room-identifier", room, "--user-id", "alice"];
    const token = await cli("create-chat-token", ...given, "--query", "token");
    expect(token).toMatch(/^chat\.[\w-]+$/);
  });
});
