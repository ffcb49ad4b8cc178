import * as iam from "@aws-sdk/client-iam";
import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type Clients,
  type Key,
  startTestServer,
  type TestServer,
} from "../../support/test-server.ts";

/* Where policies and access control lists meet. */

const OTHER: Key = { accessKeyId: "other", secretAccessKey: "other-secret" };

let server: TestServer;
let owner: s3.S3Client;
let other: s3.S3Client;
let otherId: string;
beforeAll(async () => {
  server = await startTestServer({
    accounts: [
      { id: "111122223333", rootAccessKeyId: "other", rootSecretAccessKey: "other-secret" },
    ],
  });
  owner = server.clients().s3;
  other = server.clients(OTHER).s3;
  otherId = (await other.send(new s3.ListBucketsCommand({}))).Owner?.ID ?? "";
});
afterAll(() => server?.close());

interface Statement {
  readonly Effect: "Allow" | "Deny";
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: object;
}
const document = (...Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });

let users = 0;
const user = (...statements: readonly Statement[]) => userOf(server.clients(), ...statements);

async function userOf(
  { iam: client }: Clients,
  ...statements: readonly Statement[]
): Promise<s3.S3Client> {
  const UserName = `user-${++users}`;
  await client.send(new iam.CreateUserCommand({ UserName }));
  const PolicyDocument = document(...statements.map((one) => ({ Resource: "*", ...one })));
  await client.send(new iam.PutUserPolicyCommand({ UserName, PolicyName: "p", PolicyDocument }));
  const { AccessKey } = await client.send(new iam.CreateAccessKeyCommand({ UserName }));
  const { AccessKeyId: accessKeyId = "", SecretAccessKey: secretAccessKey = "" } = AccessKey ?? {};
  return server.clients({ accessKeyId, secretAccessKey }).s3;
}

let buckets = 0;
const newName = () => `acls-and-policies-${++buckets}`;
/** A bucket with ACLs, which nothing blocks. */
async function newBucket(ObjectOwnership: s3.ObjectOwnership = "ObjectWriter"): Promise<string> {
  const Bucket = newName();
  await owner.send(new s3.CreateBucketCommand({ Bucket, ObjectOwnership }));
  await owner.send(new s3.DeletePublicAccessBlockCommand({ Bucket }));
  return Bucket;
}

/** `ok`, or the error's name. */
const outcome = (sent: Promise<unknown>): Promise<string> =>
  sent.then(
    () => "ok",
    ({ name }: Error) => name,
  );

test.each([
  ["x-amz-acl", "ACL"],
  ["x-amz-grant-full-control", "GrantFullControl"],
  ["x-amz-grant-read", "GrantRead"],
  ["x-amz-grant-read-acp", "GrantReadACP"],
  ["x-amz-grant-write", "GrantWrite"],
  ["x-amz-grant-write-acp", "GrantWriteACP"],
] as const)("a policy can deny whatever sends %s", async (header, member) => {
  const Bucket = await newBucket();
  const Condition = { StringLike: { [`s3:${header}`]: "*" } };
  const denied = await user(
    { Effect: "Allow", Action: "s3:*" },
    { Effect: "Deny", Action: "s3:*", Condition },
  );
  const acl = { [member]: member === "ACL" ? "private" : `id=${otherId}` };
  const sent = (from: s3.S3Client, given: object) => [
    from.send(new s3.PutBucketAclCommand({ Bucket, ...given })),
    from.send(new s3.PutObjectAclCommand({ Bucket, Key: "k", ...given })),
    from.send(
      new s3.CreateBucketCommand({ Bucket: newName(), ObjectOwnership: "ObjectWriter", ...given }),
    ),
    // It has all headers but one.
    ...(member === "GrantWrite"
      ? []
      : [from.send(new s3.PutObjectCommand({ Bucket, Key: "new", Body: "", ...given }))]),
  ];
  await owner.send(new s3.PutObjectCommand({ Bucket, Key: "k", Body: "" }));
  const outcomes = async (from: s3.S3Client, given: object) => [
    ...new Set(await Promise.all(sent(from, given).map(outcome))),
  ];
  expect(await outcomes(denied, acl)).toEqual(["AccessDenied"]);
  expect(await outcomes(owner, acl)).toEqual(["ok"]);
  const others = member === "ACL" ? { GrantRead: `id=${otherId}` } : { ACL: "private" };
  expect(await outcomes(denied, others)).toEqual(["ok"]);
});

test("an object's tags decide who changes its ACL", async () => {
  const Bucket = await newBucket();
  const Condition = { StringEquals: { "s3:ExistingObjectTag/acl": "open" } };
  const client = await user({ Effect: "Allow", Action: "s3:PutObjectAcl", Condition });
  for (const [tag, done] of [
    ["open", "ok"],
    ["closed", "AccessDenied"],
  ]) {
    const object = { Bucket, Key: `${tag}` };
    await owner.send(new s3.PutObjectCommand({ ...object, Body: "", Tagging: `acl=${tag}` }));
    const put = new s3.PutObjectAclCommand({ ...object, ACL: "public-read" });
    expect(await outcome(client.send(put))).toBe(done);
  }
});

const CREATE = "s3:CreateBucket";
const ACL_TOO = [CREATE, "s3:PutBucketAcl"];
const OWNERSHIP_TOO = [CREATE, "s3:PutBucketOwnershipControls"];
const ALL_THREE = [...ACL_TOO, ...OWNERSHIP_TOO];
const SOMEBODY = `id=${"0".repeat(64)}`;
const UNOWNED = "InvalidBucketAclWithObjectOwnership";
test.each([
  [CREATE, {}, "ok"],
  [CREATE, { ACL: "private" }, "ok"],
  [CREATE, { ACL: "authenticated-read" }, "AccessDenied"],
  [CREATE, { GrantRead: SOMEBODY }, "AccessDenied"],
  [CREATE, { ObjectOwnership: "BucketOwnerEnforced" }, "AccessDenied"],
  [ACL_TOO, { GrantRead: SOMEBODY }, UNOWNED],
  [ACL_TOO, { GrantRead: SOMEBODY, ObjectOwnership: "ObjectWriter" }, "AccessDenied"],
  [OWNERSHIP_TOO, { GrantRead: SOMEBODY, ObjectOwnership: "ObjectWriter" }, "AccessDenied"],
  [OWNERSHIP_TOO, { ObjectOwnership: "ObjectWriter" }, "ok"],
  [ALL_THREE, { GrantRead: SOMEBODY, ObjectOwnership: "ObjectWriter" }, "ok"],
] as const)("who may %j creates a bucket with %j, or again: %s", async (Action, input, done) => {
  const client = await user({ Effect: "Allow", Action });
  const existing = await newBucket();
  for (const Bucket of [newName(), existing]) {
    const create = new s3.CreateBucketCommand({ ...input, Bucket });
    expect(await outcome(client.send(create))).toBe(done);
  }
});

test("creating one's bucket again gives it no ACL that it doesn't support, or its policy denies", async () => {
  const enforced = await newBucket("BucketOwnerEnforced");
  const denying = await newBucket();
  const statement = { Effect: "Deny", Principal: "*", Action: "s3:PutBucketAcl" };
  const Policy = document({ ...statement, Resource: `arn:aws:s3:::${denying}` });
  await owner.send(new s3.PutBucketPolicyCommand({ Bucket: denying, Policy }));
  for (const [Bucket, done] of [
    [enforced, UNOWNED],
    [denying, "AccessDenied"],
  ]) {
    const given = { ObjectOwnership: "ObjectWriter", GrantWrite: `id=${otherId}` } as const;
    const create = new s3.CreateBucketCommand({ Bucket, ...given });
    expect(await outcome(owner.send(create))).toBe(done);
    const { Grants } = await owner.send(new s3.GetBucketAclCommand({ Bucket }));
    expect(Grants).toMatchObject([{ Permission: "FULL_CONTROL" }]);
  }
});

test("RestrictPublicBuckets closes a public bucket to others, whatever its ACLs grant and its policy denies", async () => {
  const Bucket = await newBucket();
  await owner.send(new s3.PutBucketAclCommand({ Bucket, ACL: "public-read-write" }));
  const put = (from: s3.S3Client, Key: string, ACL: s3.ObjectCannedACL) =>
    from.send(new s3.PutObjectCommand({ Bucket, Key, Body: Key, ACL }));
  await put(owner, "public", "public-read");
  await put(owner, "denied", "public-read");
  await put(other, "theirs", "private");
  const Resource = `arn:aws:s3:::${Bucket}/denied`;
  const statement = { Principal: "*", Action: "s3:GetObject", Resource };
  const Policy = document({ Effect: "Allow", ...statement }, { Effect: "Deny", ...statement });
  await owner.send(new s3.PutBucketPolicyCommand({ Bucket, Policy }));
  const anonymous = async (key: string) =>
    (await fetch(`${server.endpoint}/${Bucket}/${key}`)).status === 200 ? "ok" : "AccessDenied";
  const seen = async () => {
    const read = (Key: string) => outcome(other.send(new s3.GetObjectCommand({ Bucket, Key })));
    const keys = ["public", "denied", "theirs"];
    return [
      await Promise.all(keys.map(read)),
      await Promise.all(keys.map(anonymous)),
      await outcome(other.send(new s3.ListObjectsV2Command({ Bucket }))),
    ];
  };
  const NO = "AccessDenied";
  expect(await seen()).toEqual([["ok", NO, "ok"], ["ok", NO, NO], "ok"]);
  const PublicAccessBlockConfiguration = { RestrictPublicBuckets: true };
  await owner.send(new s3.PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));
  expect(await seen()).toEqual([[NO, NO, NO], [NO, NO, NO], NO]);
  await owner.send(new s3.GetObjectCommand({ Bucket, Key: "public" }));
});

test.each([
  ["Deny", "StringNotEquals", "111122223333", "AccessDenied"],
  ["Deny", "StringNotEquals", "000000000000", "ok"],
  ["Allow", "StringEquals", "111122223333", "AccessDenied"],
  ["Allow", "StringEquals", "000000000000", "ok"],
] as const)(
  "%s of what is %s aws:ResourceAccount %s goes by the bucket's account, also for one's own object there: %s",
  async (Effect, operator, account, done) => {
    const Bucket = await newBucket();
    await owner.send(new s3.PutBucketAclCommand({ Bucket, GrantWrite: `id=${otherId}` }));
    await other.send(new s3.PutObjectCommand({ Bucket, Key: "theirs", Body: "text" }));
    const Condition = { [operator]: { "aws:ResourceAccount": account } };
    const reader = await userOf(
      server.clients(OTHER),
      { Effect, Action: "s3:*", Condition },
      ...(Effect === "Deny" ? [{ Effect: "Allow", Action: "s3:*" } as const] : []),
    );
    expect(await outcome(reader.send(new s3.GetObjectCommand({ Bucket, Key: "theirs" })))).toBe(
      done,
    );
  },
);
