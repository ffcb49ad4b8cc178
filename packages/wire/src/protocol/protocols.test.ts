import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import {
  MAX_DOCUMENT_VALUES,
  MAX_LIST_GAP,
  MAX_LIST_ITEMS,
  MAX_PARSED_BODY_BYTES,
  MAX_QUERY_KEY_DEPTH,
  MAX_QUERY_MEMBERS,
} from "../limits.ts";
import type { WireRequest } from "../message.ts";
import { parseQuery } from "../query.ts";
import { ServiceWire } from "../service-wire.ts";
import { services, type TestService } from "../testing/services.ts";

const ID = "4442587FB7D0A2F9";
const { cloudtrail, iam, ivs, s3 } = services;

function request(line: string, body = "", headers: Record<string, string> = {}): WireRequest {
  const [method = "", target = ""] = line.split(" ");
  const [rawPath = "", rawQuery = ""] = target.split("?");
  const bytes = body === "" ? [] : [Buffer.from(body)];
  return { method, rawPath, rawQuery, headers, body: Readable.from(bytes) };
}

function encode({ wire }: TestService, operation: string, output: unknown) {
  const found = wire.operations.get(operation);
  if (found === undefined) throw new Error(`${operation} doesn't exist`);
  return wire.encodeOutput(found, output, ID);
}

async function decode({ wire, definition }: TestService, sent: WireRequest, form?: string) {
  const parsed = form === undefined ? undefined : parseQuery(form);
  const operation = wire.match(sent, parsed);
  if (operation === undefined) throw new Error(`${definition.name} matches nothing`);
  return wire.decode(operation, sent, parsed === undefined ? {} : { form: parsed });
}

const IAM_FORM = "Version=2010-05-08&Action=";
const iamForm = (text: string) => decode(iam, request("POST /"), IAM_FORM + text);

describe("awsQuery answers", () => {
  const open = (name: string) => `<${name} xmlns="https://iam.amazonaws.com/doc/2010-05-08/">`;
  const metadata = `<ResponseMetadata><RequestId>${ID}</RequestId></ResponseMetadata>`;

  test("without a result where the operation has none", () => {
    const { status, headers, body } = encode(iam, "DeleteRole", {});
    expect({ status, type: headers["content-type"] }).toEqual({ status: 200, type: "text/xml" });
    expect(body).toBe(`${open("DeleteRoleResponse")}${metadata}</DeleteRoleResponse>`);
  });

  test("with an empty result where the output has no members", () => {
    const { body } = encode(iam, "UpdateRole", {});
    expect(body).toBe(
      `${open("UpdateRoleResponse")}<UpdateRoleResult/>${metadata}</UpdateRoleResponse>`,
    );
  });

  test("with whole seconds, members and empty elements", () => {
    const role = {
      RoleName: "a<b",
      CreateDate: new Date(1_700_000_000_123),
      Tags: [],
      RoleLastUsed: {},
    };
    expect(encode(iam, "GetRole", { Role: role }).body).toContain(
      "<Role><RoleName>a&lt;b</RoleName><CreateDate>2023-11-14T22:13:20Z</CreateDate><Tags/><RoleLastUsed/></Role>",
    );
  });

  test("with the error's code on the wire and whose fault it is", () => {
    const error = {
      code: "NoSuchEntityException",
      message: "no <role>",
      status: 404,
      fault: "client" as const,
    };
    const { status, body } = iam.wire.encodeError(error, ID);
    expect(status).toBe(404);
    expect(body).toBe(
      `${open("ErrorResponse")}<Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>no &lt;role&gt;</Message></Error><RequestId>${ID}</RequestId></ErrorResponse>`,
    );
    const ours = iam.wire.encodeError({ ...error, code: "ServiceFailure", fault: "server" }, ID);
    expect(ours.body).toContain("<Type>Receiver</Type><Code>ServiceFailure</Code>");
  });
});

describe("awsQuery requests", () => {
  test.each([
    ["", "MissingAction"],
    ["Action=", "MissingAction"],
    ["Action=GetRole", "InvalidAction"],
    ["Action=GetRole&Version=2011-06-15", "InvalidAction"],
    ["Action=constructor&Version=2010-05-08", "InvalidAction"],
  ])("form %j is refused: %s", (form, code) => {
    expect(() => iam.wire.match(request("POST /"), parseQuery(form))).toThrow(
      expect.objectContaining({ code, status: 400 }),
    );
  });

  test("Smithy RPC is refused by its name", () => {
    const path = "POST /service/GraniteServiceVersion20100801/operation/ListMetrics";
    const sent = request(path, "", { "smithy-protocol": "rpc-v2-cbor" });
    expect(() => iam.wire.match(sent, undefined)).toThrow(/isn't served in rpc-v2-cbor/);
  });

  test("an unknown action is named", () => {
    const form = parseQuery("Action=Fly&Version=2010-05-08");
    const message = "Could not find operation Fly for version 2010-05-08";
    expect(() => iam.wire.match(request("POST /"), form)).toThrow(message);
  });

  test("may stand in the query of a GET", async () => {
    const sent = request("GET /?Action=GetRole&Version=2010-05-08&RoleName=a%2Bb");
    expect(await decode(iam, sent)).toEqual({ RoleName: "a+b" });
  });

  const ab = { Key: "a", Value: "b" };
  test.each<[form: string, input: object]>([
    ["UntagRole&TagKeys.member.3=c&TagKeys.member.2=b&TagKeys.member.1=a", { TagKeys: [..."abc"] }],
    ["UntagRole&TagKeys.member.2=b", { TagKeys: ["", "b"] }],
    [
      `UntagRole&TagKeys.member.${MAX_LIST_GAP + 1}=k`,
      { TagKeys: [..." ".repeat(10), "k"].map((key) => key.trim()) },
    ],
    ["TagRole&Tags.member.01.Key=a&Tags.member.1.Value=b", { Tags: [ab] }],
    ["TagRole&Tags.member.2.Key=a&Tags.member.2.Value=b", { Tags: [{}, ab] }],
    ["TagRole&Tags.member.one.Key=a", { Tags: [{}] }],
    ["ListRoles&MaxItems=%2B01", { MaxItems: 1 }],
    ["ListServiceSpecificCredentials&AllUsers=1", { AllUsers: true }],
    ["ListServiceSpecificCredentials&AllUsers=0", { AllUsers: false }],
  ])("%s is read as AWS reads it", async (form, input) => {
    expect(await iamForm(form)).toEqual(input);
  });

  const sparse = (gap: number) => `Excessively sparse input would skip ${gap} list elements`;
  test.each([
    ["TagKeys.member.0=a", "0 is not a valid index"],
    ["TagKeys.member.-1=a", "Key -1 may not have a leading '-'"],
    ["TagKeys.member.x=a", "Start of list found where not expected"],
    ["TagKeys.member.%2B1=a", "Start of list found where not expected"],
    ["TagKeys.member.1=a&TagKeys.member.x=a", "x is not a valid index"],
    ["Tags.member.1.0.Key=a", "Two index elements may not occur back to back"],
    ["TagKeys.member.12=a", sparse(11)],
    ["TagKeys.member.12=a&TagKeys.member.1=b", sparse(11)],
    ["TagKeys.member.1=a&TagKeys.member.8=b&TagKeys.member.19=c", sparse(11)],
    [`TagKeys.member.${"9".repeat(30)}=a`, sparse(1e30)],
  ])("a list with %s is malformed", async (text, message) => {
    const operation = text.startsWith("Tags") ? "TagRole" : "UntagRole";
    await expect(async () => iamForm(`${operation}&${text}`)).rejects.toMatchObject({
      code: "MalformedInput",
      status: 400,
      message,
    });
  });

  test.each([
    ["ListRoles&MaxItems=many", "MalformedInput"],
    ["ListRoles&MaxItems=%201", "MalformedInput"],
    ...["True", "FALSE", "%20true", "", "null"].map((text) => [
      `ListServiceSpecificCredentials&AllUsers=${text}`,
      "MalformedInput",
    ]),
    [`GetRole&${"a.".repeat(MAX_QUERY_KEY_DEPTH)}=a`, "MalformedQueryString"],
    ["GetRole&RoleName=%zz", "MalformedQueryString"],
    ["GetRole&a".repeat(MAX_QUERY_MEMBERS), "MalformedQueryString"],
  ])("%.60s is refused with %s", async (text, code) => {
    await expect(async () => iamForm(text)).rejects.toMatchObject({ code, status: 400 });
  });

  test("names from the network never reach a prototype", async () => {
    const map = "SimulateCustomPolicy&__proto__.polluted=1&constructor.prototype.polluted=1";
    expect(await iamForm(map)).toEqual({});
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });
});

describe("restJson1", () => {
  test("errors carry the code in a header and the message in both members", () => {
    const error = {
      code: "ConflictException",
      message: "taken",
      status: 409,
      fault: "client" as const,
    };
    const { headers, body } = ivs.wire.encodeError(error, ID);
    expect(headers).toEqual({
      "content-type": "application/json",
      "x-amzn-errortype": "ConflictException",
      "x-amzn-requestid": ID,
    });
    expect(JSON.parse(String(body))).toEqual({ message: "taken", exceptionMessage: "taken" });
  });

  test("204 has no body, an empty output an empty object", () => {
    expect(encode(ivs, "DeleteChannel", undefined)).toMatchObject({ status: 204, body: undefined });
    expect(encode(ivs, "TagResource", {})).toMatchObject({ status: 200, body: "{}" });
  });

  test.each([
    ["", {}],
    ['{"unknown":1,"name":null}', {}],
    ['{"tags":{"__proto__":"x"}}', { tags: JSON.parse('{"__proto__":"x"}') }],
  ])("body %j decodes", async (body, input) => {
    expect(await decode(ivs, request("POST /CreateChannel", body))).toStrictEqual(input);
  });

  test.each([
    "{",
    "[]",
    "[".repeat(500_000),
    "null",
    '"a"',
    '{"name":1}',
    '{"authorized":"yes"}',
    '{"tags":[]}',
    '{"tags":{"a":1}}',
    // What is counted, and not parsed.
    `{"tags":{}${',"":{}'.repeat(MAX_DOCUMENT_VALUES / 2)}}`,
    `{"a":[[]${",[]".repeat(MAX_DOCUMENT_VALUES)}]}`,
    `{"tags":{"a":""${Array.from({ length: MAX_LIST_ITEMS }, (_, at) => `,"${at}":""`).join("")}}}`,
  ])("body %.40j is refused", async (body) => {
    await expect(decode(ivs, request("POST /CreateChannel", body))).rejects.toMatchObject({
      code: "SerializationException",
      status: 400,
    });
  });

  test("a text is one value, whatever is in it", async () => {
    const metadata = JSON.stringify([["{}"]]).repeat(MAX_DOCUMENT_VALUES / 4);
    const body = JSON.stringify({ channelArn: "a", metadata });
    const read = await decode(ivs, request("POST /PutMetadata", body));
    expect(read).toMatchObject({ metadata });
  });

  test("a body beyond the limit is refused", async () => {
    const body = `"${"a".repeat(MAX_PARSED_BODY_BYTES)}"`;
    await expect(decode(ivs, request("POST /CreateChannel", body))).rejects.toMatchObject({
      status: 413,
    });
  });
});

describe("awsJson", () => {
  const post = (target: string, body = "{}") =>
    request("POST /", body, target === "" ? {} : { "x-amz-target": target });
  const error = { code: "TrailNotFoundException", message: "Unknown trail: a", status: 400 };

  test.each([
    ["CloudTrail_20131101.GetTrail", "GetTrail"],
    ["com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.GetTrail", "GetTrail"],
    ["AWSEvents.GetTrail", undefined],
    ["XCloudTrail_20131101.GetTrail", undefined],
    ["CloudTrail_20131101.constructor", undefined],
    ["GetTrail", undefined],
    ["", undefined],
  ])("target %j asks for %s", (target, operation) => {
    expect(cloudtrail.wire.match(post(target))?.name).toBe(operation);
  });

  test("an unknown target is named", () => {
    const unknown = cloudtrail.wire.unknownOperation(post("CloudTrail_20131101.Fly"));
    expect(unknown).toMatchObject({ code: "UnknownOperationException", status: 400 });
    expect(unknown.message).toContain("CloudTrail_20131101.Fly");
  });

  test("an output is one document, times in seconds; no output is an empty one", () => {
    const output = { IsLogging: true, StartLoggingTime: new Date(1_700_000_000_250) };
    const { status, headers, body } = encode(cloudtrail, "GetTrailStatus", output);
    expect({ status, body }).toEqual({
      status: 200,
      body: '{"IsLogging":true,"StartLoggingTime":1.70000000025E9}',
    });
    expect(headers).toEqual({
      "content-type": "application/x-amz-json-1.1",
      "x-amzn-requestid": ID,
    });
    expect(encode(cloudtrail, "StopLogging", {}).body).toBe("{}");
  });

  test("an error names its shape, and its older code where clients know that one", () => {
    const fault = "client" as const;
    const { status, headers, body } = cloudtrail.wire.encodeError({ ...error, fault }, ID);
    expect({ status, error: JSON.parse(String(body)) }).toEqual({
      status: 400,
      error: { __type: "TrailNotFoundException", Message: "Unknown trail: a" },
    });
    expect(headers).not.toHaveProperty("x-amzn-query-error");
    const compatible = new ServiceWire({
      ...cloudtrail.definition,
      protocol: "awsJson1_0",
      queryCompatible: true,
    });
    expect(compatible.encodeError({ ...error, fault }, ID).headers).toEqual({
      "content-type": "application/x-amz-json-1.0",
      "x-amzn-requestid": ID,
      "x-amzn-query-error": "TrailNotFound;Sender",
    });
  });

  test.each(["{", "[]", "null", '{"Name":1}'])("body %j is refused", async (body) => {
    const sent = decode(cloudtrail, post("CloudTrail_20131101.GetTrail", body));
    await expect(sent).rejects.toMatchObject({ code: "SerializationException", status: 400 });
  });
});

describe("restXml answers", () => {
  const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
  const xmlns = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

  test("a listing as S3 writes it, also of encoded keys", () => {
    const output = {
      IsTruncated: false,
      Contents: [{ Key: "a%20b%0A", LastModified: new Date(0), ETag: '"e"', Size: 0 }],
      Name: "b",
      CommonPrefixes: [{ Prefix: "x/" }, { Prefix: "y/" }],
      EncodingType: "url",
    };
    expect(encode(s3, "ListObjectsV2", output).body).toBe(
      `${declaration}<ListBucketResult ${xmlns}><IsTruncated>false</IsTruncated><Contents><Key>a%20b%0A</Key>` +
        "<LastModified>1970-01-01T00:00:00.000Z</LastModified><ETag>&quot;e&quot;</ETag><Size>0</Size></Contents>" +
        "<Name>b</Name><CommonPrefixes><Prefix>x/</Prefix></CommonPrefixes><CommonPrefixes><Prefix>y/</Prefix>" +
        "</CommonPrefixes><EncodingType>url</EncodingType></ListBucketResult>",
    );
  });

  test("a location in one element, with or without a Region", () => {
    const eu = encode(s3, "GetBucketLocation", { LocationConstraint: "EU" });
    expect(eu.body).toBe(`${declaration}<LocationConstraint ${xmlns}>EU</LocationConstraint>`);
    const none = encode(s3, "GetBucketLocation", {});
    expect(none.body).toBe(`${declaration}<LocationConstraint ${xmlns}/>`);
  });

  test("a grantee with its type as an attribute", () => {
    const grant = { Grantee: { Type: "CanonicalUser", ID: "i" }, Permission: "READ" };
    expect(encode(s3, "GetBucketAcl", { Grants: [grant] }).body).toContain(
      '<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><ID>i</ID></Grantee>',
    );
  });

  test("members in headers, with the status that the handler chose", () => {
    const operation = s3.wire.operations.get("GetObject");
    if (operation === undefined) throw new Error("GetObject doesn't exist");
    const output = {
      Body: "x",
      LastModified: new Date(0),
      ContentLength: 1,
      Metadata: { Color: "blue", name: "ü\r\nx: y" },
      ETag: '"e"',
    };
    const { status, headers, body } = s3.wire.encodeOutput(operation, output, ID, { status: 206 });
    expect({ status, body }).toEqual({ status: 206, body: "x" });
    expect(headers).toMatchObject({
      "last-modified": "Thu, 01 Jan 1970 00:00:00 GMT",
      "content-length": "1",
      "x-amz-meta-color": "blue",
      "x-amz-meta-name": "=?UTF-8?Q?=C3=BC=0D=0Ax:_y?=",
      etag: '"e"',
      "x-amz-request-id": ID,
    });
  });

  test("errors with S3's further elements, without a body for HEAD and 304", () => {
    const error = {
      code: "NoSuchKey",
      message: "The specified key does not exist.",
      status: 404,
      fault: "client" as const,
      fields: { Key: "a&b" },
    };
    const { headers, body } = s3.wire.encodeError(error, ID);
    expect(body).toBe(
      `${declaration}<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message>` +
        `<Key>a&amp;b</Key><RequestId>${ID}</RequestId><HostId>${headers["x-amz-id-2"]}</HostId></Error>`,
    );
    expect(s3.wire.encodeError(error, ID, request("HEAD /b/k")).body).toBeUndefined();
    expect(
      s3.wire.encodeError({ ...error, status: 304 }, ID, request("GET /b/k")).body,
    ).toBeUndefined();
  });
});

describe("restXml requests", () => {
  test("read prefixed headers, lists and dates; a malformed date is no date", async () => {
    const headers = {
      "x-amz-meta-color": Buffer.from("blåu", "utf8").toString("latin1"),
      "x-amz-meta-__proto__": "x",
      "x-amz-object-attributes": "ETag, ObjectSize",
    };
    expect(await decode(s3, request("GET /b/k?attributes", "", headers))).toMatchObject({
      ObjectAttributes: ["ETag", "ObjectSize"],
    });
    const put = await decode(s3, request("PUT /b/k", "", headers));
    expect(put).toMatchObject({ Metadata: JSON.parse('{"color":"blåu","__proto__":"x"}') });
    const since = { "if-modified-since": "last week" };
    expect(await decode(s3, request("GET /b/k", "", since))).toEqual({ Bucket: "b", Key: "k" });
  });

  test("aws-chunked is no part of an object's content encoding", async () => {
    const encoding = async (value: string) =>
      (await decode(s3, request("PUT /b/k", "", { "content-encoding": value }))).ContentEncoding;
    expect(await encoding("aws-chunked")).toBeUndefined();
    expect(await encoding("gzip, aws-chunked")).toBe("gzip");
  });

  test.each([
    ["POST /b?delete", "<Other/>", "MalformedXML"],
    ["POST /b?delete", "<Delete><Quiet>maybe</Quiet></Delete>", "MalformedXML"],
    ["POST /b?delete", "{}", "MalformedXML"],
    ["GET /b?list-type=2&max-keys=x", "", "InvalidArgument"],
  ])("%s with body %j is refused", async (line, body, code) => {
    await expect(decode(s3, request(line, body))).rejects.toMatchObject({ code, status: 400 });
  });

  test("a streaming body isn't read", async () => {
    const sent = request("PUT /b/k", "content");
    expect((await decode(s3, sent)).Body).toBe(sent.body);
  });
});
