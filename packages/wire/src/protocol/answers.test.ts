import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { decodeCbor, encodeCbor } from "../codec/cbor.ts";
import { ServiceWire } from "../service-wire.ts";
import { services, type TestService } from "../testing/services.ts";

const ID = "4442587FB7D0A2F9";
const IAM = 'xmlns="https://iam.amazonaws.com/doc/2010-05-08/"';
const S3 = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
const XML = '<?xml version="1.0" encoding="UTF-8"?>\n';
const METADATA = `<ResponseMetadata><RequestId>${ID}</RequestId></ResponseMetadata>`;

interface Answers {
  readonly service: TestService;
  readonly type: string;
  /** The headers of every answer, besides its type. */
  readonly headers: Readonly<Record<string, unknown>>;
  /** An operation without an output. */
  readonly nothing: readonly [operation: string, status: number, body: unknown];
  /** Another that answers with no member set. */
  readonly empty: readonly [operation: string, body: unknown];
  /** An error of the model. */
  readonly modelled: readonly [code: string, body: unknown, headers?: Record<string, string>];
  /** An error that the model doesn't have, `Own` with a field `Extra`. */
  readonly own: readonly [body: unknown, headers?: Record<string, string>];
}

const hostId = expect.stringMatching(/^[\w+/]{43}=$/);
const xmlError = (type: string, code: string, extra = "") =>
  `<ErrorResponse ${IAM}><Error><Type>${type}</Type><Code>${code}</Code><Message>no</Message>` +
  `${extra}</Error><RequestId>${ID}</RequestId></ErrorResponse>`;
const s3Error = (code: string, extra = "") =>
  expect.stringMatching(
    `^${XML.replace("?", "\\?").replace("?>", "\\?>")}<Error><Code>${code}</Code>` +
      `<Message>no</Message>${extra}<RequestId>${ID}</RequestId><HostId>[^<]+</HostId></Error>$`,
  );

const PROTOCOLS: readonly Answers[] = [
  {
    service: services.iam,
    type: "text/xml",
    headers: { "x-amzn-requestid": ID },
    nothing: ["DeleteRole", 200, `<DeleteRoleResponse ${IAM}>${METADATA}</DeleteRoleResponse>`],
    empty: [
      "UpdateRole",
      `<UpdateRoleResponse ${IAM}><UpdateRoleResult/>${METADATA}</UpdateRoleResponse>`,
    ],
    modelled: ["NoSuchEntityException", xmlError("Sender", "NoSuchEntity")],
    own: [xmlError("Receiver", "Own", "<Extra>x</Extra>")],
  },
  {
    service: services.ivs,
    type: "application/json",
    headers: { "x-amzn-requestid": ID },
    nothing: ["DeleteChannel", 204, undefined],
    empty: ["TagResource", "{}"],
    modelled: [
      "ConflictException",
      '{"message":"no","exceptionMessage":"no"}',
      { "x-amzn-errortype": "ConflictException" },
    ],
    own: ['{"Extra":"x","message":"no"}', { "x-amzn-errortype": "Own" }],
  },
  {
    service: services.cloudtrail,
    type: "application/x-amz-json-1.1",
    headers: { "x-amzn-requestid": ID },
    nothing: ["StopLogging", 200, "{}"],
    empty: ["DescribeTrails", "{}"],
    modelled: ["TrailNotFoundException", '{"__type":"TrailNotFoundException","Message":"no"}'],
    own: ['{"Extra":"x","__type":"Own","message":"no"}'],
  },
  {
    service: services.cloudwatch,
    type: "application/cbor",
    headers: { "x-amzn-requestid": ID, "smithy-protocol": "rpc-v2-cbor" },
    nothing: ["DeleteAlarms", 200, undefined],
    empty: ["GetMetricData", {}],
    modelled: [
      "ResourceNotFoundException",
      { __type: "com.amazonaws.cloudwatch#ResourceNotFoundException", Message: "no" },
    ],
    own: [{ Extra: "x", __type: "Own", message: "no" }],
  },
  {
    service: services.s3,
    type: "application/xml",
    headers: { "x-amz-request-id": ID, "x-amz-id-2": hostId },
    nothing: ["DeleteBucket", 204, undefined],
    empty: ["GetBucketAcl", `${XML}<AccessControlPolicy ${S3}/>`],
    modelled: ["NoSuchKey", s3Error("NoSuchKey")],
    own: [s3Error("Own", "<Extra>x</Extra>")],
  },
];

describe.each(PROTOCOLS)("$service.definition.protocol answers", (answers) => {
  const { service, type, headers, nothing, empty, modelled, own } = answers;
  const { wire } = service;
  const typed = { ...headers, "content-type": type };

  test("nothing, or an output without members, with exactly these status, headers and body", () => {
    const [operation, status, body] = nothing;
    const whole = body === undefined ? headers : typed;
    expect(encode(wire, operation, undefined)).toEqual({ status, headers: whole, body });
    expect(encode(wire, empty[0], {})).toEqual({ status: 200, headers: typed, body: empty[1] });
  });

  test("with the status and the headers that the handler chose", () => {
    for (const operation of [nothing[0], empty[0]])
      expect(encode(wire, operation, {}, { status: 299, headers: { "x-own": "1" } })).toMatchObject(
        { status: 299, headers: { ...headers, "x-own": "1" } },
      );
  });

  test("errors with exactly these headers and body, of the model or not", () => {
    const [code, body, extra] = modelled;
    const error = { code, message: "no", status: 418, fault: "client" } as const;
    const ours = { code: "Own", message: "no", status: 518, fault: "server" } as const;
    expect(plain(wire.encodeError(error, ID))).toEqual({
      status: 418,
      headers: { ...typed, ...extra },
      body,
    });
    expect(plain(wire.encodeError({ ...ours, fields: { Extra: "x" } }, ID))).toEqual({
      status: 518,
      headers: { ...typed, ...own[1] },
      body: own[0],
    });
  });
});

test("204 has neither body nor type, whichever way it was chosen", () => {
  const answer = encode(services.ivs.wire, "TagResource", {}, { status: 204 });
  expect(answer).toEqual({
    status: 204,
    headers: { "x-amzn-requestid": ID },
    body: undefined,
  });
});

test.each([
  ["cloudwatch", "client", "InvalidParameterValueException", "InvalidParameterValue;Sender"],
  ["cloudwatch", "server", "Own", "Own;Receiver"],
  ["cloudtrail", "client", "TrailNotFoundException", "TrailNotFound;Sender"],
  ["cloudtrail", "server", "Own", "Own;Receiver"],
] as const)("%s as a successor of awsQuery calls a %s's %s %s", (name, fault, code, expected) => {
  const { definition } = services[name];
  const wire = new ServiceWire({ ...definition, queryCompatible: true });
  const { headers } = wire.encodeError({ code, message: "no", status: 400, fault }, ID);
  expect(headers["x-amzn-query-error"]).toBe(expected);
});

test("bodies in CBOR are read up to the limit, and none at all as no members", async () => {
  const { definition } = services.cloudwatch;
  const wire = new ServiceWire({ ...definition, maxParsedBodyBytes: 64 });
  const operation = wire.operations.get("DeleteAlarms");
  if (operation === undefined) throw new Error("DeleteAlarms doesn't exist");
  const decode = (body: Uint8Array) =>
    wire.decode(operation, {
      ...{ method: "POST", rawPath: "/", rawQuery: "", headers: {} },
      body: Readable.from(body.length === 0 ? [] : [Buffer.from(body)]),
    });
  const named = (length: number) => encodeCbor({ AlarmNames: ["a".repeat(length)] });
  const spare = 64 - named(30).length;
  expect(await decode(new Uint8Array())).toEqual({});
  expect(await decode(named(30 + spare))).toEqual({ AlarmNames: ["a".repeat(30 + spare)] });
  await expect(decode(named(31 + spare))).rejects.toMatchObject({ status: 413 });
});

function encode(wire: ServiceWire, name: string, output: unknown, options = {}) {
  const operation = wire.operations.get(name);
  if (operation === undefined) throw new Error(`${name} doesn't exist`);
  return plain(wire.encodeOutput(operation, output, ID, options));
}

/** With a body in CBOR as what it says. */
function plain({ status, headers, body }: ReturnType<ServiceWire["encodeError"]>) {
  return { status, headers, body: body instanceof Uint8Array ? decodeCbor(body) : body };
}
