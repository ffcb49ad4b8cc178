import { CreateRoleCommand } from "@aws-sdk/client-iam";
import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createUser } from "../../support/principals.ts";
import { sendSigned } from "../../support/signed-request.ts";
import { type Key, ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";

/*
 * AWS decides before it looks into a document: a caller who may not use an operation learns nothing
 * of what is wrong with the document that came along.
 */

let server: TestServer;
/** A user without any policy. */
let stranger: Key;

beforeAll(async () => {
  server = await startTestServer();
  const { iam, s3 } = server.clients();
  stranger = await createUser(iam, "stranger");
  await s3.send(new CreateBucketCommand({ Bucket: "decided", ObjectLockEnabledForBucket: true }));
  await s3.send(new PutObjectCommand({ Bucket: "decided", Key: "object", Body: "x" }));
  const AssumeRolePolicyDocument = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { AWS: "000000000000" }, Action: "sts:AssumeRole" }],
  });
  await iam.send(new CreateRoleCommand({ RoleName: "decided", AssumeRolePolicyDocument }));
});
afterAll(() => server.close());

const ROLE = "arn:aws:iam::000000000000:role/decided";
const POLICY = "arn:aws:iam::000000000000:policy/none";
const UNKNOWN_ACTION = '{"Version":"2012-10-17","Statement":[{"Effect":"Perhaps"}]}';
const documents = ["{", "<no>json</no>", UNKNOWN_ACTION, '{"Version":"2012-10-17","Statement":[]}'];

type Members = Readonly<Record<string, string>>;
const iamCalls: readonly (readonly [string, Members, string])[] = [
  ["CreatePolicy", { PolicyName: "p" }, "PolicyDocument"],
  ["CreatePolicyVersion", { PolicyArn: POLICY }, "PolicyDocument"],
  ["PutUserPolicy", { UserName: "stranger", PolicyName: "p" }, "PolicyDocument"],
  ["PutRolePolicy", { RoleName: "decided", PolicyName: "p" }, "PolicyDocument"],
  ["PutGroupPolicy", { GroupName: "g", PolicyName: "p" }, "PolicyDocument"],
  ["CreateRole", { RoleName: "new" }, "AssumeRolePolicyDocument"],
  ["UpdateAssumeRolePolicy", { RoleName: "decided" }, "PolicyDocument"],
  ["SimulateCustomPolicy", { "ActionNames.member.1": "s3:GetObject" }, "PolicyInputList.member.1"],
  [
    "SimulatePrincipalPolicy",
    { "ActionNames.member.1": "s3:GetObject", PolicySourceArn: ROLE },
    "PolicyInputList.member.1",
  ],
  ["GetContextKeysForCustomPolicy", {}, "PolicyInputList.member.1"],
  ["GetContextKeysForPrincipalPolicy", { PolicySourceArn: ROLE }, "PolicyInputList.member.1"],
  ["UploadSSHPublicKey", { UserName: "decided" }, "SSHPublicKeyBody"],
  ["UploadSigningCertificate", { UserName: "decided" }, "CertificateBody"],
  ["UploadServerCertificate", { ServerCertificateName: "c", PrivateKey: "x" }, "CertificateBody"],
];
const stsCalls: readonly (readonly [string, Members, string])[] = [
  ["AssumeRole", { RoleArn: ROLE, RoleSessionName: "decided" }, "Policy"],
  ["GetFederationToken", { Name: "decided" }, "Policy"],
  ["DecodeAuthorizationMessage", {}, "EncodedMessage"],
];

async function query(
  service: "iam" | "sts",
  Action: string,
  members: Members,
  key: Key,
): Promise<{ readonly status: number; readonly text: string }> {
  const Version = service === "iam" ? "2010-05-08" : "2011-06-15";
  const body = String(new URLSearchParams({ Action, Version, ...members }));
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const answer = await sendSigned(server.endpoint, { body, headers }, { service, key });
  return { status: answer.status, text: answer.body };
}

const calls = [
  ...iamCalls.map((call) => ["iam", ...call] as const),
  ...stsCalls.map((call) => ["sts", ...call] as const),
];

test.each(calls)("%s:%s refuses a stranger before it reads a document", async (...call) => {
  const [service, operation, members, member] = call;
  for (const document of documents) {
    const { status, text } = await query(
      service,
      operation,
      { ...members, [member]: document },
      stranger,
    );
    expect({ status, text: /<Code>(.*?)</.exec(text)?.[1] }, document).toEqual({
      status: 403,
      text: "AccessDenied",
    });
  }
});

const SAML = "<EntityDescriptor/>".padEnd(1_001, " ");
test.each([
  ["CreateSAMLProvider", { Name: "p", SAMLMetadataDocument: SAML }],
  [
    "UpdateSAMLProvider",
    {
      SAMLProviderArn: "arn:aws:iam::000000000000:saml-provider/p",
      SAMLMetadataDocument: SAML,
    },
  ],
] as const)("iam:%s refuses a stranger before it reads metadata", async (operation, members) => {
  const { status } = await query("iam", operation, members, stranger);
  expect(status).toBe(403);
});

const subresources = [
  ...["policy", "acl", "cors", "encryption", "lifecycle", "logging", "notification"],
  ...["object-lock", "ownershipControls", "publicAccessBlock", "replication", "requestPayment"],
  ...["tagging", "versioning", "website", "accelerate"],
].map((name) => `/decided?${name}`);
const s3Calls: readonly (readonly [string, string])[] = [
  ...subresources.map((path) => ["PUT", path] as const),
  ...["acl", "tagging", "retention", "legal-hold"].map(
    (name) => ["PUT", `/decided/object?${name}`] as const,
  ),
  ["POST", "/decided/object?restore"],
  ["POST", "/decided/object?uploadId=none"],
];
const bodies = ["", "{", "<", "<a>", "<a/>", "<Tagging><TagSet><Tag/></TagSet></Tagging>", "null"];

describe.each(s3Calls)("s3 %s %s", (method, path) => {
  test("refuses a stranger before it reads a document", async () => {
    for (const body of bodies) {
      for (const key of [stranger]) {
        const { status, text } = await put(method, path, body, key);
        expect({ status, text: /<Code>(.*?)</.exec(text)?.[1] }, body).toEqual({
          status: 403,
          text: "AccessDenied",
        });
      }
      const anonymous = await fetch(`${server.endpoint}${path}`, { method, body });
      expect(anonymous.status, body).toBe(403);
    }
  });
});

async function put(method: string, path: string, body: string, key: Key) {
  const [bucketPath = "", query] = path.split("?");
  const headers = { "content-type": "application/xml" };
  const answer = await sendSigned(
    server.endpoint,
    {
      method,
      path: bucketPath,
      query: Object.fromEntries(new URLSearchParams(query)),
      body,
      headers,
    },
    { service: "s3", key },
  );
  return { status: answer.status, text: answer.body };
}

test.each([
  { "x-amz-tagging": "a=1&a=2" },
  { "x-amz-tagging": "aws:a=1" },
  { "x-amz-acl": "nobody" },
  { "x-amz-storage-class": "CUPBOARD" },
  { "x-amz-copy-source": "/decided/object", "x-amz-metadata-directive": "PERHAPS" },
])("s3 PUT with %o refuses a stranger before it looks at its headers", async (headers) => {
  const request = { method: "PUT", path: "/decided/new", body: "", headers };
  const refused = await sendSigned(server.endpoint, request, { service: "s3", key: stranger });
  expect([refused.status, refused.body]).toEqual([403, expect.stringContaining("AccessDenied")]);
  const own = await sendSigned(server.endpoint, request, { service: "s3" });
  expect(own.status).toBe(400);
});

test("whoever may call learns what is wrong", async () => {
  const malformed = await query(
    "iam",
    "CreatePolicy",
    { PolicyName: "p", PolicyDocument: "{" },
    ROOT,
  );
  expect(malformed.text).toContain("MalformedPolicyDocument");
  expect((await put("PUT", "/decided?cors", "<a>", ROOT)).text).toContain("MalformedXML");
  expect((await put("PUT", "/decided?policy", "{", ROOT)).text).toContain("MalformedPolicy");
});
