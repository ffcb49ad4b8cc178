import * as s3 from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { send, sign } from "../../support/signed-request.ts";
import { startTestServer } from "../../support/test-server.ts";

const BUCKET = "over-tls-only";

/** The answer of a bucket that requires TLS to a request that claims to have come by it. */
async function statusBehind(trustedProxies: readonly string[], proto: string): Promise<number> {
  const server = await startTestServer({
    trustedProxies: [...trustedProxies],
    secureTransport: "tls",
  });
  try {
    const client = server.clients().s3;
    await client.send(new s3.CreateBucketCommand({ Bucket: BUCKET }));
    await client.send(new s3.PutObjectCommand({ Bucket: BUCKET, Key: "a", Body: "content" }));
    const Statement = {
      ...{ Effect: "Deny", Principal: "*", Action: "s3:GetObject" },
      Resource: `arn:aws:s3:::${BUCKET}/*`,
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    };
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
    await client.send(new s3.PutBucketPolicyCommand({ Bucket: BUCKET, Policy }));
    const raw = { method: "GET", path: `/${BUCKET}/a` };
    const headers = await sign(server.endpoint, raw, { service: "s3" });
    const asked = { ...raw, headers: { ...headers, "x-forwarded-proto": proto } };
    return (await send(server.endpoint, asked)).status;
  } finally {
    await server.close();
  }
}

test("aws:SecureTransport is what a trusted proxy says, and nobody else on this machine", async () => {
  expect(await statusBehind([], "https")).toBe(403);
  expect(await statusBehind(["192.0.2.1"], "https")).toBe(403);
  expect(await statusBehind(["127.0.0.1"], "http")).toBe(403);
  expect(await statusBehind(["127.0.0.1"], "https")).toBe(200);
});
