import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RawRequest, send, sign } from "../../support/signed-request.ts";
import { startTestServer, type TestServer } from "../../support/test-server.ts";

/*
 * One rule over all services and protocols: what is missing in a signature, or wrong in exactly one
 * part of it, is refused with the code, the status and the kind of document that clients of that
 * service read.
 */

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

interface Protocol {
  readonly service: string;
  readonly request: RawRequest;
  readonly contentType: string;
  readonly incomplete: string;
  readonly mismatch: string;
}

const XML = "text/xml";
const query = (service: string, body: string): Protocol => ({
  ...{ service, contentType: XML, incomplete: "IncompleteSignature" },
  request: { headers: { "content-type": "application/x-www-form-urlencoded" }, body },
  mismatch: "SignatureDoesNotMatch",
});
const json = (service: string, contentType: string, request: RawRequest): Protocol => ({
  ...{ service, contentType, incomplete: "IncompleteSignatureException" },
  request: { ...request, headers: { "content-type": contentType, ...request.headers }, body: "{}" },
  mismatch: "InvalidSignatureException",
});
const target = (name: string): RawRequest => ({ headers: { "x-amz-target": name } });

const PROTOCOLS: Readonly<Record<string, Protocol>> = {
  "IAM's query": query("iam", "Action=ListUsers&Version=2010-05-08"),
  "STS's query": query("sts", "Action=GetCallerIdentity&Version=2011-06-15"),
  "CloudWatch's query": query("monitoring", "Action=ListMetrics&Version=2010-08-01"),
  "CloudWatch's JSON": json(
    "monitoring",
    "application/x-amz-json-1.0",
    target("GraniteServiceVersion20100801.ListMetrics"),
  ),
  "CloudTrail's JSON": json(
    "cloudtrail",
    "application/x-amz-json-1.1",
    target("com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.ListTrails"),
  ),
  "EventBridge's JSON": json("events", "application/x-amz-json-1.1", target("AWSEvents.ListRules")),
  "IVS's REST and JSON": json("ivs", "application/json", { path: "/ListChannels" }),
};

/** Turns a good Authorization header into one with a single fault; `date` is X-Amz-Date's. */
type Fault = (header: string) => { readonly header: string; readonly date?: "missing" | "wrong" };

const INCOMPLETE: Readonly<Record<string, Fault>> = {
  "another algorithm": (header) => ({ header: header.replace("AWS4-HMAC-SHA256", "AWS5-HMAC") }),
  "another scheme": () => ({ header: "Bearer abc" }),
  "no credential": (header) => ({ header: header.replace(/Credential=[^,]+, /, "") }),
  "no signed headers": (header) => ({ header: header.replace(/SignedHeaders=[^,]+, /, "") }),
  "no signature": (header) => ({ header: header.replace(/, Signature=.*/, "") }),
  "a credential of four parts": (header) => ({ header: header.replace("/us-east-1", "") }),
  "a credential of six parts": (header) => ({ header: header.replace("/aws4", "/a/aws4") }),
  "no date": (header) => ({ header, date: "missing" }),
  "a date that is none": (header) => ({ header, date: "wrong" }),
};

const MISMATCH: Readonly<Record<string, Fault>> = {
  "a signature that differs in its last digit": (header) => ({
    header: header.replace(/.$/, (digit) => (digit === "0" ? "1" : "0")),
  }),
  "another end of its scope": (header) => ({ header: header.replace("/aws4_request", "/aws5") }),
  "another day in its scope": (header) => ({ header: header.replace(/\/20\d{6}\//, "/20200101/") }),
};

async function refusal({ service, request }: Protocol, fault: Fault) {
  const headers: Record<string, string> = await sign(server.endpoint, request, { service });
  const { header, date } = fault(headers.authorization ?? "");
  headers.authorization = header;
  if (date === "missing") delete headers["x-amz-date"];
  if (date === "wrong") headers["x-amz-date"] = "yesterday";
  const { status, body, headers: answer } = await send(server.endpoint, { ...request, headers });
  const code =
    /<Code>([^<]+)<\/Code>/.exec(body)?.[1] ??
    /"__type":"(?:[\w.]+#)?(\w+)"/.exec(body)?.[1] ??
    answer["x-amzn-errortype"];
  return { status, code, contentType: answer["content-type"] };
}

describe.each(Object.entries(PROTOCOLS))("%s", (_name, protocol) => {
  const { contentType, incomplete, mismatch } = protocol;

  test.each(Object.entries(INCOMPLETE))("refuses %s as incomplete", async (_fault, fault) => {
    const expected = { status: 400, code: incomplete, contentType };
    expect(await refusal(protocol, fault)).toEqual(expected);
  });

  test.each(Object.entries(MISMATCH))("refuses %s", async (_fault, fault) => {
    const expected = { status: 403, code: mismatch, contentType };
    expect(await refusal(protocol, fault)).toEqual(expected);
  });

  test("answers what none of that was done to", async () => {
    const { request, service } = protocol;
    const headers = await sign(server.endpoint, request, { service });
    expect((await send(server.endpoint, { ...request, headers })).status).toBe(200);
  });
});
