import * as eventbridge from "@aws-sdk/client-eventbridge";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";

let server: TestServer;
let client: eventbridge.EventBridgeClient;

beforeAll(async () => {
  server = await startTestServer();
  client = new eventbridge.EventBridgeClient({
    endpoint: server.endpoint,
    region: "us-east-1",
    credentials: ROOT,
    maxAttempts: 1,
  });
});
afterAll(() => server?.close());

const EVENT = {
  version: "0",
  id: "a",
  "detail-type": "IVS Recording State Change",
  source: "aws.ivs",
  account: "000000000000",
  time: "2026-11-24T00:00:00Z",
  region: "us-east-1",
  resources: ["arn:aws:ivs:us-east-1:000000000000:channel/AbC"],
  detail: {
    recording_status: "Recording End",
    recording_duration_ms: 70_000,
    channel_name: "",
    ids: ["st-1", "st-2"],
    ip: "10.1.2.3",
    nested: [{ name: "a" }, { name: "b" }],
    nothing: null,
  },
};

async function matches(pattern: object): Promise<boolean | undefined> {
  const { Result } = await client.send(
    new eventbridge.TestEventPatternCommand({
      EventPattern: JSON.stringify(pattern),
      Event: JSON.stringify(EVENT),
    }),
  );
  return Result;
}

const detail = (filters: object) => ({ detail: filters });

describe("an event pattern", () => {
  test.each([
    [{ source: ["aws.ivs"] }, true],
    [{ source: ["aws.s3", "aws.ivs"], account: ["000000000000"] }, true],
    [{ source: ["aws.ivs"], account: ["111111111111"] }, false],
    [detail({ recording_status: [{ prefix: "Recording" }] }), true],
    [detail({ recording_status: [{ prefix: { "equals-ignore-case": "RECORDING" } }] }), true],
    [detail({ recording_status: [{ suffix: "Start" }] }), false],
    [detail({ recording_status: [{ "equals-ignore-case": "recording end" }] }), true],
    [detail({ recording_status: [{ "anything-but": ["Recording Start", "x"] }] }), true],
    [detail({ recording_status: [{ "anything-but": { prefix: ["Rec", "x"] } }] }), false],
    [detail({ recording_status: [{ wildcard: "*ord*E*d" }] }), true],
    [detail({ recording_status: [{ wildcard: "*Start*" }] }), false],
    [detail({ recording_duration_ms: [{ numeric: [">", 0, "<=", 70_000] }] }), true],
    [detail({ recording_duration_ms: [{ numeric: ["<", 70_000] }] }), false],
    [detail({ recording_duration_ms: ["70000"] }), false],
    [detail({ channel_name: [""] }), true],
    [detail({ nothing: [null] }), true],
    [detail({ ids: ["st-2"] }), true],
    [detail({ nested: { name: ["b"] } }), true],
    [detail({ missing: [{ exists: false }], ids: [{ exists: true }] }), true],
    [detail({ ids: [{ exists: false }] }), false],
    [detail({ ip: [{ cidr: "10.0.0.0/8" }] }), true],
    [detail({ ip: [{ cidr: "10.2.0.0/16" }] }), false],
    [{ $or: [{ source: ["x"] }, { region: ["us-east-1"] }] }, true],
    [detail({ $or: [{ ids: ["no"] }, { ip: ["no"] }] }), false],
  ])("%j is %s", async (pattern, expected) => {
    expect(await matches(pattern)).toBe(expected);
  });

  test.each([
    [{ source: "aws.ivs" }, '"source" must be an object or an array'],
    [{ source: [] }, "Empty arrays are not allowed"],
    [{}, "Empty objects are not allowed"],
    [detail({ a: [{ sounds: "x" }] }), "Unrecognized match type sounds"],
    [detail({ a: [{ numeric: ["~", 1] }] }), "numeric"],
    [detail({ a: [{ cidr: "10.0.0.0/99" }] }), "CIDR"],
    [detail({ a: [{ exists: "yes" }] }), "exists"],
  ])("%j is refused", async (pattern, reason) => {
    await expect(matches(pattern)).rejects.toMatchObject({
      name: "InvalidEventPatternException",
      message: expect.stringContaining(reason),
    });
  });
});
