import { execFile } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createUser } from "../support/principals.ts";
import { hasModules, PYTHON } from "../support/python.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

const SCRIPT = fileURLToPath(new URL("ivsrealtime_boto3.py", import.meta.url));
const run = promisify(execFile);

const any = (type: string) => `arn:aws:ivs:us-east-1:000000000000:${type}/*`;
const one = (type: string) =>
  expect.stringMatching(new RegExp(`^arn:aws:ivs:us-east-1:0{12}:${type}/[\\w-]{12,36}$`));
const STAGE = one("stage");
const TYPES = {
  Storage: "storage-configuration",
  Encoder: "encoder-configuration",
  Ingest: "ingest-configuration",
} as const;
/** Each operation with the resource that it is decided on. */
const DECIDED: Readonly<Record<string, unknown>> = {
  ...Object.fromEntries(
    Object.entries(TYPES).flatMap(([name, type]) => [
      [`Create${name}Configuration`, any(type)],
      [`Get${name}Configuration`, one(type)],
      [`List${name}Configurations`, "*"],
      [`Delete${name}Configuration`, one(type)],
    ]),
  ),
  UpdateIngestConfiguration: one("ingest-configuration"),
  ImportPublicKey: any("public-key"),
  GetPublicKey: one("public-key"),
  ListPublicKeys: "*",
  DeletePublicKey: one("public-key"),
  GetComposition: one("composition"),
  StopComposition: one("composition"),
  CreateStage: any("stage"),
  ListStages: any("stage"),
  ...Object.fromEntries(
    [
      ...["GetStage", "UpdateStage", "DeleteStage", "CreateParticipantToken", "GetParticipant"],
      ...["DisconnectParticipant", "GetStageSession", "ListStageSessions", "ListParticipants"],
      ...["StartComposition", "ListCompositions", "ListParticipantEvents"],
      ...["TagResource", "UntagResource", "ListTagsForResource"],
    ].map((operation) => [operation, STAGE]),
  ),
};

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ logLevel: "silent", transcodeCores: 1 });
});
afterAll(() => server?.close());

describe.skipIf(!hasModules("boto3"))(`boto3 (skipped when ${PYTHON} has no boto3)`, () => {
  it("does every operation of stages, each refused to a stranger on its resource", async () => {
    const stranger = await createUser(server.clients().iam, "stage-stranger");
    const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-384" });
    const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
    const keys = ["test", "test", stranger.accessKeyId, stranger.secretAccessKey];
    const { stdout } = await run(PYTHON, [SCRIPT, server.endpoint, ...keys, pem]);
    const denied = Object.entries(DECIDED).map(([operation, resource]) => [
      operation,
      ["AccessDeniedException", `ivs:${operation}`, resource],
    ]);
    const found = JSON.parse(stdout);
    expect(found.denied).toEqual(Object.fromEntries(denied));
    expect(found).toMatchObject({
      held: ["ConflictException", 409],
      composing: {
        ...{ state: "STARTING", format: "HLS", prefix: true, listed: 1 },
        held: [
          ["ConflictException", 409],
          ["ConflictException", 409],
        ],
      },
      claims: [true, "ann"],
      video: { width: 640, height: 360, framerate: 30, bitrate: 2_500_000 },
      updated: ["new", { storageConfigurationArn: "", recordingReconnectWindowSeconds: 0 }],
      token: [["SUBSCRIBE"], 12],
      stream_key: true,
      fingerprint: 16,
      lists: { stages: 1, keys: 1, encoders: 1, storage: 1, ingest: 1 },
      empty: [[], [], []],
      missing: [
        ["ResourceNotFoundException", 404],
        ["ResourceNotFoundException", 404],
      ],
      tags: { more: "yes" },
      gone: ["ResourceNotFoundException", 404],
      invalid: ["ValidationException", 400],
    });
  });
});
