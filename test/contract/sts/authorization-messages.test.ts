import { CreateBucketCommand, PutBucketPolicyCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { DecodeAuthorizationMessageCommand } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allow, createUser, policyOf } from "../../support/principals.ts";
import { sendSigned } from "../../support/signed-request.ts";
import { type Key, startTestServer, type TestServer } from "../../support/test-server.ts";

const ACCOUNT = "000000000000";
const OTHER: Key = { accessKeyId: "other111", secretAccessKey: "other-secret" };

let server: TestServer;
let ann: Key & { readonly arn: string };
let message: string;

beforeAll(async () => {
  server = await startTestServer({
    accounts: [
      {
        id: "111111111111",
        rootAccessKeyId: OTHER.accessKeyId,
        rootSecretAccessKey: OTHER.secretAccessKey,
      },
    ],
  });
  ann = await createUser(server.clients().iam, "ann", [
    { ...allow("iam:ListUsers"), Effect: "Deny", Sid: "NoUsers" },
  ]);
  const denied = await sendSigned(
    server.endpoint,
    {
      body: "Action=ListUsers&Version=2010-05-08",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    },
    { key: ann },
  );
  expect(denied.status).toBe(403);
  message = String(denied.headers["x-rolecast-authorization-message"]);
});
afterAll(() => server.close());

const decode = (EncodedMessage: string, key?: Key) =>
  server.clients(key).sts.send(new DecodeAuthorizationMessageCommand({ EncodedMessage }));

describe("DecodeAuthorizationMessage", () => {
  test("opens what the message of a denial seals", async () => {
    expect(message).not.toContain("ListUsers");
    const { DecodedMessage = "" } = await decode(message);
    const decoded = JSON.parse(DecodedMessage);
    expect(decoded).toMatchObject({
      allowed: false,
      explicitDeny: true,
      matchedStatements: { items: [{ statementId: "NoUsers", effect: "DENY" }] },
      failures: { items: [] },
      context: {
        principal: { id: expect.stringMatching(/^AIDA/), name: "ann", arn: ann.arn },
        action: "iam:ListUsers",
        resource: expect.stringContaining(`arn:aws:iam::${ACCOUNT}:user/`),
      },
    });
    expect(decoded.context.conditions.items).toContainEqual({
      key: "aws:username",
      values: { items: [{ value: "ann" }] },
    });
  });

  test.each<[string, () => string, Key | undefined]>([
    ["a changed message", () => `${message[0] === "A" ? "B" : "A"}${message.slice(1)}`, undefined],
    ["a cut message", () => message.slice(0, -4), undefined],
    ["text that isn't one", () => "not a message", undefined],
    ["another account's message", () => message, OTHER],
  ])("refuses %s", async (_name, text, key) => {
    await expect(decode(text(), key)).rejects.toMatchObject({
      name: "InvalidAuthorizationMessageException",
      $metadata: { httpStatusCode: 400 },
    });
  });

  test("needs a permission", async () => {
    await expect(decode(message, ann)).rejects.toMatchObject({ name: "AccessDenied" });
  });
});

test("what another account says of its bucket is in no message of a stranger's denial", async () => {
  const theirs = server.clients(OTHER).s3;
  await theirs.send(new CreateBucketCommand({ Bucket: "theirs" }));
  await theirs.send(
    new PutObjectCommand({ Bucket: "theirs", Key: "object", Body: "x", Tagging: "hidden=tag" }),
  );
  const Policy = policyOf([
    {
      ...allow("s3:GetObject", "arn:aws:s3:::theirs/*"),
      Effect: "Deny",
      Sid: "Theirs",
      Principal: { AWS: ACCOUNT },
    },
  ]);
  await theirs.send(new PutBucketPolicyCommand({ Bucket: "theirs", Policy }));
  const bob = await createUser(server.clients().iam, "bob", [
    { ...allow("s3:GetObject"), Sid: "Ours" },
  ]);
  const asked = { method: "GET", path: "/theirs/object" };
  const denied = await sendSigned(server.endpoint, asked, { key: bob, service: "s3" });
  expect(denied.status).toBe(403);
  const sealed = String(denied.headers["x-rolecast-authorization-message"]);
  const { DecodedMessage = "" } = await decode(sealed);
  expect(DecodedMessage).not.toMatch(/Theirs|hidden/);
  expect(JSON.parse(DecodedMessage)).toMatchObject({
    explicitDeny: false,
    matchedStatements: { items: [{ statementId: "Ours", effect: "ALLOW" }] },
  });
});
