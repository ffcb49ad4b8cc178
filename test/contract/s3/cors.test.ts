import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Clients, startTestServer, type TestServer } from "../../support/test-server.ts";

const BUCKET = "cors-contract";
const ORIGIN = "https://app.example.com";
/** By what an answer of S3 names itself. */
const NAMED = {
  server: "AmazonS3",
  "x-amz-request-id": expect.stringMatching(/./),
  "x-amz-id-2": expect.stringMatching(/./),
};
let server: TestServer;
let client: Clients["s3"];

beforeAll(async () => {
  server = await startTestServer({ publicBaseUrl: "https://media.example.org" });
  client = server.clients().s3;
  await client.send(new s3.CreateBucketCommand({ Bucket: BUCKET }));
});
afterAll(() => server?.close());

function preflight(method: string, headers = "", origin = ORIGIN) {
  return fetch(`${server.endpoint}/${BUCKET}/key`, {
    method: "OPTIONS",
    headers: {
      Origin: origin,
      "Access-Control-Request-Method": method,
      ...(headers ? { "Access-Control-Request-Headers": headers } : {}),
    },
  });
}

function configure(...CORSRules: s3.CORSRule[]) {
  return client.send(
    new s3.PutBucketCorsCommand({ Bucket: BUCKET, CORSConfiguration: { CORSRules } }),
  );
}

test("a preflight is answered by the first rule that admits it, and refused without one", async () => {
  expect((await preflight("PUT")).status).toBe(403);
  await configure(
    {
      AllowedOrigins: ["https://*.example.com"],
      AllowedMethods: ["PUT", "GET"],
      AllowedHeaders: ["x-amz-*", "Content-Type"],
      ExposeHeaders: ["ETag"],
      MaxAgeSeconds: 60,
    },
    { AllowedOrigins: ["*"], AllowedMethods: ["GET"] },
  );
  const admitted = await preflight("PUT", "Content-Type, X-Amz-Date");
  expect(admitted.status).toBe(200);
  expect(Object.fromEntries(admitted.headers)).toMatchObject({
    "access-control-allow-origin": ORIGIN,
    "access-control-allow-methods": "PUT, GET",
    "access-control-allow-headers": "content-type, x-amz-date",
    "access-control-allow-credentials": "true",
    "access-control-expose-headers": "ETag",
    "access-control-max-age": "60",
    ...NAMED,
  });
  const anyOrigin = await preflight("GET", "", "https://elsewhere.test");
  expect(anyOrigin.headers.get("access-control-allow-origin")).toBe("*");
  for (const refused of [
    await preflight("DELETE"),
    await preflight("PUT", "authorization"),
    await preflight("PUT", "", "https://elsewhere.test"),
  ]) {
    expect(refused.status).toBe(403);
    expect(Object.fromEntries(refused.headers)).toMatchObject(NAMED);
    expect(refused.headers.get("access-control-allow-origin")).toBeNull();
  }
});

test.each(["cors-contract.media.example.org", "cors-contract.s3.localhost", "media.example.org"])(
  "finds the bucket of a browser that calls %s",
  async (host) => {
    await configure({ AllowedOrigins: [ORIGIN], AllowedMethods: ["GET"] });
    const headers = { host, origin: ORIGIN, "access-control-request-method": "GET" };
    const path = host.startsWith(BUCKET) ? "/key" : `/${BUCKET}/key`;
    const asked = request(`${server.endpoint}${path}`, { method: "OPTIONS", headers }).end();
    const [answer] = (await once(asked, "response")) as [IncomingMessage];
    answer.resume();
    expect([answer.statusCode, answer.headers["access-control-allow-origin"]]).toEqual([
      200,
      ORIGIN,
    ]);
  },
);

test("actual answers, errors included, carry the headers too", async () => {
  await configure({ AllowedOrigins: [ORIGIN], AllowedMethods: ["GET"] });
  const get = (origin: string) =>
    fetch(`${server.endpoint}/${BUCKET}/key`, { headers: { Origin: origin } });
  const answer = await get(ORIGIN);
  expect(answer.status).toBe(403);
  expect(Object.fromEntries(answer.headers)).toMatchObject(NAMED);
  expect(answer.headers.get("access-control-allow-origin")).toBe(ORIGIN);
  expect((await get("https://elsewhere.test")).headers.has("access-control-allow-origin")).toBe(
    false,
  );
  const unasked = { "Access-Control-Request-Headers": "x-of-no-rule" };
  for (const more of [unasked, { "Access-Control-Request-Method": "DELETE" }]) {
    const headers = { Origin: ORIGIN, ...more };
    const asking = await fetch(`${server.endpoint}/${BUCKET}/key`, { headers });
    expect(asking.headers.has("access-control-allow-origin")).toBe(false);
  }
});

test("the configuration reads back, is checked, and can be removed", async () => {
  const rule = { AllowedOrigins: ["*"], AllowedMethods: ["GET"], ID: "one" };
  await configure(rule);
  const read = () => client.send(new s3.GetBucketCorsCommand({ Bucket: BUCKET }));
  expect((await read()).CORSRules).toEqual([rule]);
  const invalid: readonly [s3.CORSRule, string][] = [
    [{ AllowedOrigins: ["*"], AllowedMethods: ["PATCH"] }, "InvalidRequest"],
    [{ AllowedOrigins: ["*.*"], AllowedMethods: ["GET"] }, "InvalidRequest"],
  ];
  for (const [broken, name] of invalid) {
    await expect(configure(broken)).rejects.toMatchObject({ name });
  }
  await client.send(new s3.DeleteBucketCorsCommand({ Bucket: BUCKET }));
  await expect(read()).rejects.toMatchObject({ name: "NoSuchCORSConfiguration" });
});
