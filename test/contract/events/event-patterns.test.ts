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
    lines: [[[1, 2]], [{ z: 3 }, [{ z: 4 }]]],
    "codec.name": "avc",
    bitrate: { video: 8 },
  },
};

function matches(pattern: object): Promise<boolean | undefined> {
  return matchesText(JSON.stringify(pattern));
}

async function matchesText(text: string): Promise<boolean | undefined> {
  const { Result } = await client.send(
    new eventbridge.TestEventPatternCommand({
      EventPattern: text,
      Event: JSON.stringify(EVENT),
    }),
  );
  return Result;
}

const detail = (filters: object) => ({ detail: filters });

/** That many alternatives of one field. */
function ways(field: string, count: number) {
  return Array.from({ length: count }, (_, index) => ({ [field]: [`value ${index}`] }));
}

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
    [detail({ recording_status: [{ wildcard: "Recording\\*" }] }), false],
    [detail({ recording_status: [{ exactly: "Recording End" }] }), true],
    [detail({ recording_duration_ms: [{ "anything-but": [1, 70_000] }] }), false],
    [detail({ recording_duration_ms: [{ numeric: ["=", 7e4] }] }), true],
    [detail({ recording_duration_ms: [{ numeric: [">", 0, "<=", 70_000] }] }), true],
    [detail({ recording_duration_ms: [{ numeric: ["<", 70_000] }] }), false],
    [detail({ recording_duration_ms: ["70000"] }), false],
    [detail({ channel_name: [""] }), true],
    [detail({ nothing: [null] }), true],
    [detail({ ids: ["st-2"] }), true],
    [detail({ nested: { name: ["b"] } }), true],
    [detail({ lines: [2] }), true],
    [detail({ lines: { z: [4] } }), true],
    [detail({ lines: [4] }), false],
    [detail({ missing: [{ exists: false }], ids: [{ exists: true }] }), true],
    [detail({ ids: [{ exists: false }] }), false],
    [detail({ ip: [{ cidr: "10.0.0.0/8" }] }), true],
    [detail({ ip: [{ cidr: "10.2.0.0/16" }] }), false],
    [detail({ codec: { name: ["avc"] }, "bitrate.video": [8] }), true],
    [detail({ "codec.name": { name: ["avc"] } }), false],
    [detail({ recording_status: [{ "anything-but": { wildcard: "" } }] }), true],
    [{ $or: [{ source: ["x"] }, { region: ["us-east-1"] }] }, true],
    [detail({ $or: [{ ids: ["no"] }, { ip: ["no"] }] }), false],
    [{ $or: ways("source", 40), detail: { $or: ways("a", 25) } }, false],
  ])("%j is %s", async (pattern, expected) => {
    expect(await matches(pattern)).toBe(expected);
  });

  test.each([
    [{ source: "aws.ivs" }, '"source" must be an object or an array'],
    [{ source: [] }, "Empty arrays are not allowed"],
    [{}, "Empty objects are not allowed"],
    [detail({ a: [{ sounds: "x" }] }), "Unrecognized match type sounds"],
    [detail({ a: [{ prefix: "x", suffix: "y" }] }), "Only one key allowed in match expression"],
    [detail({ a: [["x"]] }), "Match value must be String, number, true, false, or null"],
    [detail({ a: [{ numeric: ["~", 1] }] }), "Unrecognized numeric range operator: ~"],
    [detail({ a: [{ numeric: ["<", 1, ">", 0] }] }), "Too many elements in numeric expression"],
    [detail({ a: [{ numeric: [">", 0, ">", 1] }] }), "Bad numeric range operator: >"],
    [detail({ a: [{ numeric: [">", 5, "<", 1] }] }), "Bottom must be less than top"],
    [detail({ a: [{ numeric: [">", 1, { toString: 1 }, 2] }] }), "Invalid member in numeric match"],
    [detail({ a: [{ numeric: [">", 1e300] }] }), "Value must be between -5.0E9 and 5.0E9"],
    [detail({ a: [{ numeric: ["=", "1"] }] }), "Value of equals must be numeric"],
    [detail({ a: [{ "anything-but": [] }] }), "Inside anything but list"],
    [detail({ a: [{ "anything-but": ["x", 1] }] }), "mixed type is not supported"],
    [detail({ a: [{ "anything-but": [null] }] }), "start|null|boolean is not supported"],
    [detail({ a: [{ "anything-but": true }] }), "Value of anything-but must be an array or single"],
    [
      detail({ a: [{ "anything-but": { exists: true } }] }),
      "Unsupported anything-but pattern: exists",
    ],
    [detail({ a: [{ "anything-but": { prefix: "" } }] }), "Null prefix/suffix not allowed"],
    [detail({ a: [{ wildcard: "é**b" }] }), "Consecutive wildcard characters at pos 3"],
    [detail({ a: [{ wildcard: "a\\b" }] }), "Invalid escape character at pos 2"],
    [detail({ a: [{ cidr: "10.0.0.0" }] }), "Malformed CIDR, one '/' required"],
    [detail({ a: [{ cidr: "10.0.0.0/99" }] }), "CIDR"],
    [detail({ a: [{ cidr: "host/8" }] }), "Nonstandard IP address: host"],
    [{ $or: [{ source: ["x"] }] }, "There must have at least 2 Objects in $or relationship."],
    [{ $or: { source: ["x"] } }, "It must be an Array followed with $or."],
    [{ $or: ways("source", 40), detail: { $or: ways("a", 26) } }, "more than 1000 combinations"],
    [detail({ a: [{ exists: "yes" }] }), "exists"],
  ])("%j is refused", async (pattern, reason) => {
    await expect(matches(pattern)).rejects.toMatchObject({
      name: "InvalidEventPatternException",
      message: expect.stringContaining(reason),
    });
  });

  const VALUE = "JSON String, Number, Array, Object or token 'null', 'true' or 'false'";
  const NOT_TEXT_INSIDE = "prefix/suffix match pattern must be a string";
  const NOT_TEXT_OR_NUMBER =
    "Value of anything-but must be an array or single string/number value.";
  const NOT_A_NAME =
    "Unexpected character (''' (code 39)): was expecting double-quote to start field name";
  // AWS's own answer, columns included.
  test.each<[string, string, number, number?]>([
    ['{"int": 42}', '"int" must be an object or an array', 11],
    ['{"string": "my-value"}', '"string" must be an object or an array', 13],
    ['{"resources": []}', "Empty arrays are not allowed", 17],
    ['{"key": [{"EXISTS": true}]}', "Unrecognized match type EXISTS", 25],
    ['{"n": [{"numeric": [">", 0, ">", 0]}]}', "Bad numeric range operator: >", 32],
    ['{"n": [{"numeric": [">", 0, "<"]}]}', "Value of < must be numeric", 33],
    ['{"a": [{"wildcard": "x:**"}]}', "Consecutive wildcard characters at pos 3", 27],
    ['{"a": [{"wildcard": ["x"]}]}', "wildcard match pattern must be a string", 22],
    ['{"a": [{"cidr": ["x"]}]}', "prefix match pattern must be a string", 18],
    ['{"a": [{"anything-but": {"prefix": 123}}]}', NOT_TEXT_INSIDE, 39],
    ['{"a": [{"anything-but": {"suffix": {"x": "y"}}}]}', NOT_TEXT_OR_NUMBER, 37],
    ['["not", "a", "dict"]', "Filter is not an object", 2],
    ["{\n'bad': 1}", NOT_A_NAME, 1, 2],
    ['{"not": closed', `Unrecognized token 'closed': was expecting (${VALUE})`, 15],
  ])("%s is refused where AWS's parser stood", async (text, reason, column, line = 1) => {
    const place = `[Source: (String)"${text}"; line: ${line}, column: ${column}]`;
    await expect(matchesText(text)).rejects.toMatchObject({
      name: "InvalidEventPatternException",
      message: `Event pattern is not valid. Reason: ${reason}\n at ${place}`,
    });
  });

  test("of a wrong item of anything-but's list the place is named twice, and of a long text its beginning", async () => {
    const long = JSON.stringify({ a: [{ "anything-but": [null, "x".repeat(500)] }] });
    const cut = `"${long.slice(0, 500)}"[truncated ${long.length - 500} chars]`;
    const place = `\n at [Source: (String)${cut}; line: 1, column: 28]`;
    const reason = "Inside anything but list, start|null|boolean is not supported.";
    await expect(matchesText(long)).rejects.toMatchObject({
      message: `Event pattern is not valid. Reason: ${reason}${place}${place}`,
    });
  });
});
