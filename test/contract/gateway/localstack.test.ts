import { CreateBucketCommand, ListBucketsCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { VERSION } from "@rolecast/server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sendSigned } from "../../support/signed-request.ts";
import { startTestServer, type TestServer } from "../../support/test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

test.each([
  [
    "GET",
    "/health",
    200,
    { services: { s3: "running", cloudwatch: "running" }, edition: "rolecast", version: VERSION },
  ],
  ["HEAD", "/health", 200, undefined],
  [
    "GET",
    "/info",
    200,
    { version: VERSION, is_license_activated: true, uptime: expect.any(Number) },
  ],
  ["GET", "/init", 200, { completed: { READY: true, SHUTDOWN: false }, scripts: [] }],
  ["GET", "/init/ready", 200, { completed: true, scripts: [] }],
  ["GET", "/init/shutdown", 200, { completed: false }],
  ["GET", "/init/later", 404, { message: expect.stringContaining("/_localstack/init/later") }],
  ["GET", "/state/reset", 404, {}],
  ["POST", "/health", 404, {}],
  ["POST", "/s3/state/reset", 404, {}],
  ["GET", "/plugins", 404, {}],
] as const)("LocalStack's %s /_localstack%s answers %i", async (method, path, status, body) => {
  const answer = await fetch(`${server.endpoint}/_localstack${path}`, { method });
  expect(answer.status).toBe(status);
  const text = await answer.text();
  if (body === undefined) expect(text).toBe("");
  else expect(JSON.parse(text)).toMatchObject(body);
});

test.each(["_localstack/health", "_rolecast/health", "_rolecast/state/reset"])(
  "on a bucket's own host name %s is a key",
  async (Key) => {
    const { s3 } = server.clients();
    const Bucket = "keys-of-its-own";
    await s3.send(new CreateBucketCommand({ Bucket }));
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: "an object" }));
    const headers = { host: `${Bucket}.localhost` };
    const raw = { method: "GET", path: `/${Key}`, headers };
    expect(await sendSigned(server.endpoint, raw, { service: "s3" })).toMatchObject({
      status: 200,
      body: "an object",
    });
  },
);

test("LocalStack's path of the reset empties the server, where that is allowed", async () => {
  const reset = async ({ endpoint }: TestServer) =>
    (await fetch(`${endpoint}/_localstack/state/reset`, { method: "POST" })).status;
  const { s3 } = server.clients();
  await s3.send(new CreateBucketCommand({ Bucket: "of-a-test" }));
  expect(await reset(server)).toBe(200);
  expect((await s3.send(new ListBucketsCommand({}))).Buckets ?? []).toEqual([]);
  const careful = await startTestServer({ allowReset: false });
  expect(await reset(careful)).toBe(403);
  await careful.close();
});
