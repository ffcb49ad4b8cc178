import { GetUserCommand } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type RawRequest,
  type Signing,
  send,
  sendSigned,
  sign,
} from "../../support/signed-request.ts";
import { startTestServer, type TestServer } from "../../support/test-server.ts";

const FORM = { "content-type": "application/x-www-form-urlencoded" };
const MINUTE_MS = 60_000;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

/** One harmless call of each service. */
const CALLS: Readonly<Record<string, RawRequest>> = {
  iam: { headers: FORM, body: "Action=ListUsers&Version=2010-05-08" },
  sts: { headers: FORM, body: "Action=GetCallerIdentity&Version=2011-06-15" },
  s3: { method: "GET", path: "/" },
  ivs: { path: "/ListChannels", headers: { "content-type": "application/json" }, body: "{}" },
};

function call(service: string): RawRequest {
  const found = CALLS[service];
  if (!found) throw new Error(service);
  return found;
}

async function answer(service: string, signing: Signing, change: Partial<RawRequest> = {}) {
  const raw = call(service);
  const headers = await sign(server.endpoint, raw, { service, ...signing });
  const response = await send(server.endpoint, { ...raw, ...change, headers });
  const xml = /<Code>([^<]+)<\/Code>/.exec(response.body)?.[1];
  const header = response.headers["x-amzn-errortype"];
  return { status: response.status, code: xml ?? header };
}

const LACKING =
  "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter.";
const NO_DATE =
  "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.";

describe("a form", () => {
  test.each([
    [{ authorization: "Bearer abc" }, `${LACKING} ${NO_DATE} Authorization=Bearer abc`],
    [
      { authorization: "Basic dGVzdA==", "x-amz-date": "20260101T000000Z" },
      `${LACKING} Authorization=Basic dGVzdA==`,
    ],
    [{ authorization: "AWS5-HMAC a" }, "Unsupported AWS 'algorithm': 'AWS5-HMAC'."],
    [
      {
        authorization: "AWS4-HMAC-SHA256 Credential=test/x, SignedHeaders=host, Signature=00",
        "x-amz-date": "20260101T000000Z",
      },
      "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'test/x'",
    ],
  ])("with the headers %j is refused by the service that it is for", async (headers, message) => {
    const raw = { ...call("sts"), headers: { ...FORM, ...headers } };
    const { status, body } = await send(server.endpoint, raw);
    expect(status).toBe(400);
    expect(body).toContain("https://sts.amazonaws.com/doc/2011-06-15/");
    expect(body).toContain("<Code>IncompleteSignature</Code>");
    expect(body).toContain(`<Message>${message}</Message>`);
  });
});

describe("a signed request", () => {
  test.each(Object.keys(CALLS))("of %s is answered", async (service) => {
    expect(await answer(service, {})).toEqual({ status: 200, code: undefined });
  });

  test.each([
    ["iam", 403, "SignatureDoesNotMatch"],
    ["sts", 403, "SignatureDoesNotMatch"],
    ["s3", 403, "SignatureDoesNotMatch"],
    ["ivs", 403, "InvalidSignatureException"],
  ])("of %s with another secret is refused", async (service, status, code) => {
    const key = { accessKeyId: "test", secretAccessKey: "guess" };
    expect(await answer(service, { key })).toEqual({ status, code });
  });

  test.each([
    ["iam", 403, "InvalidClientTokenId"],
    ["sts", 403, "InvalidClientTokenId"],
    ["s3", 403, "InvalidAccessKeyId"],
    ["ivs", 403, "UnrecognizedClientException"],
  ])("of %s with an unknown key is refused", async (service, status, code) => {
    const key = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "guess" };
    expect(await answer(service, { key })).toEqual({ status, code });
  });

  test.each([
    ["iam", 403, "InvalidClientTokenId"],
    ["s3", 400, "InvalidToken"],
    ["ivs", 403, "UnrecognizedClientException"],
  ])("of %s with a made-up session token is refused", async (service, status, code) => {
    const key = { accessKeyId: "ASIAIOSFODNN7EXAMPLE", secretAccessKey: "x", sessionToken: "AAAA" };
    expect(await answer(service, { key })).toEqual({ status, code });
  });

  test.each([
    ["iam", 403, "SignatureDoesNotMatch"],
    ["s3", 403, "RequestTimeTooSkewed"],
    ["ivs", 403, "InvalidSignatureException"],
  ])(
    "of %s is refused past 15 minutes of skew, either way, and not before",
    async (service, status, code) => {
      const at = (minutes: number) => new Date(Date.now() + minutes * MINUTE_MS);
      expect(await answer(service, { date: at(-16) })).toEqual({ status, code });
      expect(await answer(service, { date: at(16) })).toEqual({ status, code });
      expect((await answer(service, { date: at(-14) })).status).toBe(200);
      expect((await answer(service, { date: at(14) })).status).toBe(200);
    },
  );

  test("is refused when its body or query was changed on the way", async () => {
    const body = "Action=ListRoles&Version=2010-05-08";
    expect((await answer("iam", {}, { body })).code).toBe("SignatureDoesNotMatch");
    expect((await answer("s3", {}, { query: { prefix: "x" } })).code).toBe("SignatureDoesNotMatch");
  });
});

describe("an unsigned request", () => {
  test.each([
    [
      "iam",
      { query: { Action: "ListUsers", Version: "2010-05-08" }, method: "GET" },
      "MissingAuthenticationToken",
    ],
    [
      "sts",
      { query: { Action: "GetCallerIdentity", Version: "2011-06-15" } },
      "MissingAuthenticationToken",
    ],
    ["s3", { method: "GET", path: "/some-bucket" }, "NoSuchBucket"],
    ["s3 without a bucket", { method: "GET", path: "/" }, "AccessDenied"],
  ])("to %s says what is missing", async (_name, raw, code) => {
    const response = await send(server.endpoint, raw);
    expect(response.body).toContain(`<Code>${code}</Code>`);
    expect([403, 404]).toContain(response.status);
  });
});

describe("what isn't there", () => {
  test("an operation without a handler is named, in each protocol's own form", async () => {
    const iam = await sendSigned(server.endpoint, {
      headers: FORM,
      body: "Action=ListDelegationRequests&Version=2010-05-08",
    });
    expect(iam.status).toBe(501);
    expect(iam.body).toContain("<Code>NotImplemented</Code>");
    expect(iam.body).toContain("doesn't implement IAM's ListDelegationRequests yet");
    const cloudtrail = await sendSigned(
      server.endpoint,
      {
        body: "{}",
        headers: {
          "content-type": "application/x-amz-json-1.1",
          "x-amz-target": "CloudTrail_20131101.ListQueries",
        },
      },
      { service: "cloudtrail" },
    );
    expect(JSON.parse(cloudtrail.body)).toMatchObject({
      __type: "NotImplemented",
      message: expect.stringContaining("implement CloudTrail's ListQueries yet"),
    });
    const s3 = await sendSigned(
      server.endpoint,
      { method: "GET", path: "/bucket/key", query: { torrent: "" } },
      { service: "s3" },
    );
    expect(s3.body).toContain("<Code>NotImplemented</Code>");
    expect(s3.body).toContain("implement S3's GetObjectTorrent yet");
  });

  test("a service is named", async () => {
    const response = await sendSigned(server.endpoint, { body: "{}" }, { service: "lambda" });
    expect(response.status).toBe(501);
    expect(response.body).toContain('no service \\"lambda\\"');
  });

  test("a Region without IVS is named", async () => {
    const response = await sendSigned(
      server.endpoint,
      { path: "/ListChannels", body: "{}" },
      { service: "ivs", region: "eu-north-1" },
    );
    expect(response.status).toBe(400);
    expect(response.body).toContain("isn't in the Region eu-north-1");
  });

  test("an action is named, and a missing one too", async () => {
    const unknown = await sendSigned(server.endpoint, {
      headers: FORM,
      body: "Action=Bake&Version=2010-05-08",
    });
    expect(unknown.body).toContain("<Code>InvalidAction</Code>");
    const none = await sendSigned(server.endpoint, { headers: FORM, body: "Version=2010-05-08" });
    expect(none.body).toContain("<Code>MissingAction</Code>");
  });
});

test.each([
  ["iam", { method: "PUT", headers: FORM, body: "Action=ListUsers&Version=2010-05-08" }],
  ["iam", { path: "/users", headers: FORM, body: "Action=ListUsers&Version=2010-05-08" }],
  ["sts", { method: "DELETE", query: { Action: "GetCallerIdentity", Version: "2011-06-15" } }],
  [
    "cloudtrail",
    { path: "/trails", headers: { "x-amz-target": "CloudTrail_20131101.ListTrails" } },
  ],
] as const)("%s has no operation at %j", async (service, raw) => {
  const response = await sendSigned(server.endpoint, raw, { service });
  expect(response.status).toBe(404);
  expect(response.body).toContain("UnknownOperationException");
  expect(response.body).toMatch(/takes POST( or GET)? at \//);
});

test("health and metrics show what is going on, without a key", async () => {
  await server.clients().iam.send(new GetUserCommand({}));
  const read = async (path: string) => (await fetch(`${server.endpoint}${path}`)).text();
  expect(JSON.parse(await read("/_rolecast/health"))).toMatchObject({
    services: { iam: "running", sts: "running", s3: "running", ivs: "running" },
  });
  expect(JSON.parse(await read("/_rolecast/health/ready"))).toEqual({ status: "ready" });
  expect(await read("/_rolecast/metrics")).toMatch(
    /rolecast_requests_total\{service="iam",operation="GetUser",code=""\} [1-9]/,
  );
});

test("a body past the limit is refused and the server goes on", async () => {
  const body = `Action=ListUsers&Version=2010-05-08&Marker=${"x".repeat(2 * 1024 * 1024)}`;
  const response = await sendSigned(server.endpoint, { headers: FORM, body });
  expect(response.status).toBe(413);
  await expect(server.clients().iam.send(new GetUserCommand({}))).resolves.toBeDefined();
});
