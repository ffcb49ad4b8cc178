import * as iam from "@aws-sdk/client-iam";
import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Clients,
  type Key,
  startTestServer,
  type TestServer,
} from "../../support/test-server.ts";

const OTHER: Key = { accessKeyId: "other", secretAccessKey: "other-secret" };
const ACCOUNT = "000000000000";

let server: TestServer;
let root: Clients;

beforeAll(async () => {
  server = await startTestServer({
    accounts: [
      { id: "111122223333", rootAccessKeyId: "other", rootSecretAccessKey: "other-secret" },
    ],
    linkedServices: [
      {
        servicePrincipal: "queue.internal.example",
        roleName: "AWSServiceRoleForQueue",
        policy: document(allow("s3:PutObject", "*")),
        usage: { url: "http://127.0.0.1:9/usage" },
      },
    ],
  });
  root = server.clients();
});
afterAll(() => server?.close());

interface Statement {
  readonly Effect: "Allow" | "Deny";
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Principal?: unknown;
  readonly Condition?: unknown;
}

function document(...Statement: Statement[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement });
}

const allow = (Action: Statement["Action"], Resource: Statement["Resource"], Condition?: object) =>
  ({ Effect: "Allow", Action, Resource, ...(Condition ? { Condition } : {}) }) as const;

async function user(UserName: string, ...statements: Statement[]): Promise<Clients["s3"]> {
  await root.iam.send(new iam.CreateUserCommand({ UserName }));
  if (statements.length > 0) {
    const PolicyDocument = document(...statements);
    await root.iam.send(
      new iam.PutUserPolicyCommand({ UserName, PolicyName: "p", PolicyDocument }),
    );
  }
  const { AccessKey } = await root.iam.send(new iam.CreateAccessKeyCommand({ UserName }));
  return server.clients({
    accessKeyId: AccessKey?.AccessKeyId ?? "",
    secretAccessKey: AccessKey?.SecretAccessKey ?? "",
  }).s3;
}

async function bucket(Bucket: string, ...keys: string[]): Promise<string> {
  await root.s3.send(new s3.CreateBucketCommand({ Bucket }));
  for (const Key of keys) {
    await root.s3.send(new s3.PutObjectCommand({ Bucket, Key, Body: Key }));
  }
  return Bucket;
}

async function setPolicy(Bucket: string, ...statements: Statement[]): Promise<void> {
  await root.s3.send(new s3.PutBucketPolicyCommand({ Bucket, Policy: document(...statements) }));
}

const DENIED = { name: "AccessDenied", $metadata: { httpStatusCode: 403 } };

describe("identity policies", () => {
  test("a denial shows the caller of the account what is missing", async () => {
    const Bucket = await bucket("denial-wording", "k");
    const nobody = await user("nobody");
    await expect(
      nobody.send(new s3.PutObjectCommand({ Bucket, Key: "k", Body: "x" })),
    ).rejects.toMatchObject({
      ...DENIED,
      message: `User: arn:aws:iam::${ACCOUNT}:user/nobody is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::denial-wording/k" because no identity-based policy allows the s3:PutObject action`,
    });
    await expect(nobody.send(new s3.ListBucketsCommand({}))).rejects.toMatchObject({
      message: `User: arn:aws:iam::${ACCOUNT}:user/nobody is not authorized to perform: s3:ListAllMyBuckets because no identity-based policy allows the s3:ListAllMyBuckets action`,
    });
  });

  // As in AWS's own examples of policies, though the action knows no resources.
  test("the list of buckets is meant by the ARN of all buckets, not by that of one", async () => {
    const list = (client: Clients["s3"]) => client.send(new s3.ListBucketsCommand({}));
    const action = "s3:ListAllMyBuckets";
    await list(await user("lists-all", allow(action, "arn:aws:s3:::*")));
    const one = await user("lists-one", allow(action, "arn:aws:s3:::all-of-one"));
    await expect(list(one)).rejects.toMatchObject(DENIED);
    const stopped = { ...allow(action, "arn:aws:s3:::*"), Effect: "Deny" as const };
    const not = await user("lists-not", allow(action, "*"), stopped);
    await expect(list(not)).rejects.toThrow(
      /ListAllMyBuckets with an explicit deny in an identity/,
    );
  });

  test("how many tags there are is told only to whoever may read them", async () => {
    const Bucket = await bucket("tag-counts");
    const tagged = { Bucket, Key: "k" };
    await root.s3.send(new s3.PutObjectCommand({ ...tagged, Body: "x", Tagging: "a=b" }));
    const counts = async (name: string, ...actions: string[]) => {
      const client = await user(name, allow(actions, `arn:aws:s3:::${Bucket}/*`));
      const got = await client.send(new s3.GetObjectCommand(tagged));
      const { TagCount } = await client.send(new s3.HeadObjectCommand(tagged));
      return [got.TagCount, TagCount];
    };
    expect(await counts("untold", "s3:GetObject")).toEqual([undefined, undefined]);
    expect(await counts("shown", "s3:GetObject", "s3:GetObjectTagging")).toEqual([1, 1]);
  });

  test("whether a key is missing is told only to whoever may list", async () => {
    const Bucket = await bucket("missing-keys", "there");
    const reader = await user("reader", allow("s3:GetObject", `arn:aws:s3:::${Bucket}/*`));
    const lister = await user(
      "lister",
      allow("s3:GetObject", `arn:aws:s3:::${Bucket}/*`),
      allow("s3:ListBucket", `arn:aws:s3:::${Bucket}`),
    );
    const get = (client: Clients["s3"], Key: string) =>
      client.send(new s3.GetObjectCommand({ Bucket, Key }));
    await get(reader, "there");
    await expect(get(reader, "missing")).rejects.toMatchObject(DENIED);
    await expect(get(lister, "missing")).rejects.toMatchObject({ name: "NoSuchKey" });
    await expect(
      reader.send(new s3.GetObjectCommand({ Bucket: "missing-bucket-x", Key: "k" })),
    ).rejects.toMatchObject({ name: "NoSuchBucket" });
  });

  test("s3:prefix narrows which missing keys are told of: to what begins so", async () => {
    const Bucket = await bucket("missing-below");
    const client = await user(
      "lists-below",
      allow("s3:GetObject", `arn:aws:s3:::${Bucket}/*`),
      allow("s3:ListBucket", `arn:aws:s3:::${Bucket}`, { StringLike: { "s3:prefix": "told/*" } }),
    );
    const status = async (Key: string) => {
      const sent = client.send(new s3.HeadObjectCommand({ Bucket, Key }));
      return sent.catch((error) => error.$metadata.httpStatusCode);
    };
    expect([await status("told/x"), await status("untold/x"), await status("told")]).toEqual([
      404, 403, 403,
    ]);
  });

  test("s3:prefix narrows listings", async () => {
    const Bucket = await bucket("prefixed", "home/a", "etc/b");
    const client = await user(
      "prefixed",
      allow("s3:ListBucket", `arn:aws:s3:::${Bucket}`, { StringLike: { "s3:prefix": "home/*" } }),
    );
    const list = (Prefix?: string) => client.send(new s3.ListObjectsV2Command({ Bucket, Prefix }));
    expect((await list("home/")).KeyCount).toBe(1);
    await expect(list("etc/")).rejects.toMatchObject(DENIED);
    await expect(list()).rejects.toMatchObject(DENIED);
  });

  test("DeleteObjects is decided key by key", async () => {
    const Bucket = await bucket("delete-some", "mine/1", "theirs/1");
    const client = await user("deleter", allow("s3:DeleteObject", `arn:aws:s3:::${Bucket}/mine/*`));
    const { Deleted, Errors } = await client.send(
      new s3.DeleteObjectsCommand({
        Bucket,
        Delete: { Objects: [{ Key: "mine/1" }, { Key: "theirs/1" }] },
      }),
    );
    expect(Deleted).toEqual([{ Key: "mine/1" }]);
    expect(Errors).toMatchObject([{ Key: "theirs/1", Code: "AccessDenied" }]);
    const left = await root.s3.send(new s3.ListObjectsV2Command({ Bucket }));
    expect(left.Contents?.map(({ Key }) => Key)).toEqual(["theirs/1"]);
  });

  test("a copy needs reading the source and writing the target, and tags their own actions", async () => {
    const Bucket = await bucket("copies", "plain", "tagged");
    await root.s3.send(
      new s3.PutObjectTaggingCommand({
        Bucket,
        Key: "tagged",
        Tagging: { TagSet: [{ Key: "a", Value: "b" }] },
      }),
    );
    const copier = await user(
      "copier",
      allow(["s3:GetObject", "s3:PutObject"], `arn:aws:s3:::${Bucket}/*`),
    );
    const writer = await user("writer", allow("s3:PutObject", `arn:aws:s3:::${Bucket}/*`));
    const copy = (client: Clients["s3"], source: string, more = {}) =>
      client.send(
        new s3.CopyObjectCommand({
          Bucket,
          Key: "copy",
          CopySource: `${Bucket}/${source}`,
          ...more,
        }),
      );
    await copy(copier, "plain");
    await expect(copy(writer, "plain")).rejects.toMatchObject(DENIED);
    await expect(copy(copier, "tagged")).rejects.toMatchObject(DENIED);
    await copy(copier, "tagged", { TaggingDirective: "REPLACE" });
    await expect(
      copier.send(new s3.PutObjectCommand({ Bucket, Key: "t", Body: "x", Tagging: "a=b" })),
    ).rejects.toMatchObject(DENIED);
  });

  test("tags of the object and of the request are condition keys", async () => {
    const Bucket = await bucket("tag-conditions");
    const put = (client: Clients["s3"], Key: string, Tagging?: string) =>
      client.send(new s3.PutObjectCommand({ Bucket, Key, Body: "x", Tagging }));
    await put(root.s3, "open", "open=yes");
    await put(root.s3, "closed");
    const objects = `arn:aws:s3:::${Bucket}/*`;
    const client = await user(
      "tag-user",
      allow("s3:GetObject", objects, { StringEquals: { "s3:ExistingObjectTag/open": "yes" } }),
      allow(["s3:PutObject", "s3:PutObjectTagging"], objects, {
        StringEquals: { "s3:RequestObjectTag/team": "a" },
      }),
    );
    await client.send(new s3.GetObjectCommand({ Bucket, Key: "open" }));
    await expect(
      client.send(new s3.GetObjectCommand({ Bucket, Key: "closed" })),
    ).rejects.toMatchObject(DENIED);
    await put(client, "new", "team=a");
    await expect(put(client, "new", "team=b")).rejects.toMatchObject(DENIED);
    await expect(put(client, "new")).rejects.toMatchObject(DENIED);
  });
});

describe("bucket policies", () => {
  test("open objects to everybody, and nothing else does", async () => {
    const Bucket = await bucket("public-reads", "open/a", "closed/b");
    const fetchKey = (key: string) => fetch(`${server.endpoint}/${Bucket}/${key}`);
    expect((await fetchKey("open/a")).status).toBe(403);
    await root.s3.send(new s3.DeletePublicAccessBlockCommand({ Bucket }));
    await setPolicy(Bucket, {
      ...allow("s3:GetObject", `arn:aws:s3:::${Bucket}/open/*`),
      Principal: "*",
    });
    const open = await fetchKey("open/a");
    expect([open.status, await open.text()]).toEqual([200, "open/a"]);
    const closed = await fetchKey("closed/b");
    expect(closed.status).toBe(403);
    expect(await closed.text()).toContain("<Message>Access Denied</Message>");
    const overridden = await fetchKey("open/a?response-content-type=text/html");
    expect(overridden.status).toBe(400);
    const { PolicyStatus } = await root.s3.send(new s3.GetBucketPolicyStatusCommand({ Bucket }));
    expect(PolicyStatus?.IsPublic).toBe(true);
  });

  test("across accounts both sides must allow, and the reason stays untold", async () => {
    const Bucket = await bucket("shared-bucket", "k");
    const other = server.clients(OTHER).s3;
    const get = () => other.send(new s3.GetObjectCommand({ Bucket, Key: "k" }));
    await expect(get()).rejects.toMatchObject({ ...DENIED, message: "Access Denied" });
    await setPolicy(Bucket, {
      ...allow("s3:*", [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`]),
      Principal: { AWS: "111122223333" },
    });
    await get();
    await expect(other.send(new s3.GetBucketPolicyCommand({ Bucket }))).rejects.toMatchObject({
      name: "MethodNotAllowed",
    });
  });

  test("an explicit deny stops the account's root too, but not from the policy itself", async () => {
    const Bucket = await bucket("locked-out", "k");
    await setPolicy(Bucket, {
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`],
    });
    const get = () => root.s3.send(new s3.GetObjectCommand({ Bucket, Key: "k" }));
    await expect(get()).rejects.toMatchObject({
      ...DENIED,
      message: expect.stringContaining("with an explicit deny in a resource-based policy"),
    });
    await root.s3.send(new s3.DeleteBucketPolicyCommand({ Bucket }));
    await get();
  });

  test("name users by what they are: a deleted one shows as an id, its namesake isn't trusted", async () => {
    const Bucket = await bucket("named-users", "k");
    const first = await user("named");
    const grant = {
      ...allow("s3:GetObject", `arn:aws:s3:::${Bucket}/*`),
      Principal: { AWS: `arn:aws:iam::${ACCOUNT}:user/named` },
    };
    await setPolicy(Bucket, grant);
    const get = (client: Clients["s3"]) =>
      client.send(new s3.GetObjectCommand({ Bucket, Key: "k" }));
    await get(first);
    const read = async () =>
      (await root.s3.send(new s3.GetBucketPolicyCommand({ Bucket }))).Policy ?? "";
    expect(JSON.parse(await read()).Statement[0].Principal).toEqual(grant.Principal);
    const { AccessKeyMetadata = [] } = await root.iam.send(
      new iam.ListAccessKeysCommand({ UserName: "named" }),
    );
    for (const { AccessKeyId } of AccessKeyMetadata) {
      await root.iam.send(new iam.DeleteAccessKeyCommand({ UserName: "named", AccessKeyId }));
    }
    await root.iam.send(new iam.DeleteUserCommand({ UserName: "named" }));
    expect(JSON.parse(await read()).Statement[0].Principal.AWS).toMatch(/^AIDA/);
    await expect(get(await user("named"))).rejects.toMatchObject(DENIED);
  });

  test.each([
    [{ AWS: `arn:aws:iam::${ACCOUNT}:user/nobody-of-that-name` }, "Invalid principal in policy"],
    [{ AWS: "nonsense" }, "Invalid principal in policy"],
    [{ Service: "example.com" }, "Invalid principal in policy"],
    [{ Service: "amazonaws.com.example.com" }, "Invalid principal in policy"],
  ])("refuse the principal %j", async (Principal, message) => {
    const Bucket = "unknown-principals";
    await root.s3.send(new s3.CreateBucketCommand({ Bucket }));
    const grant = { ...allow("s3:GetObject", `arn:aws:s3:::${Bucket}/*`), Principal };
    await expect(setPolicy(Bucket, grant)).rejects.toMatchObject({
      name: "MalformedPolicy",
      message,
      Detail: expect.any(String),
    });
  });

  test.each([
    ["partition", "arn:nope:s3:::exact-resources/*"],
    ["service", "arn:aws:sns:::exact-resources/*"],
    ["Region", "arn:aws:s3:us-east-1::exact-resources/*"],
    ["account", "arn:aws:s3::000000000000:exact-resources/*"],
    ["bucket", "arn:aws:s3:::exact-resourcesx/*"],
    ["beginning", "urn:aws:s3:::exact-resources/*"],
  ])("refuse a resource whose %s alone is wrong: %s", async (_part, resource) => {
    const Bucket = "exact-resources";
    await root.s3.send(new s3.CreateBucketCommand({ Bucket }));
    const grant = (on: string) => ({ ...allow("s3:GetObject", on), Principal: { AWS: ACCOUNT } });
    await expect(setPolicy(Bucket, grant(resource))).rejects.toMatchObject({
      name: "MalformedPolicy",
      $metadata: { httpStatusCode: 400 },
    });
    await setPolicy(Bucket, grant(`arn:aws:s3:::${Bucket}/*`));
  });

  test("name services of AWS and of the configuration", async () => {
    const Bucket = await bucket("service-principals");
    for (const Service of [
      "cloudtrail.amazonaws.com",
      "logs.us-east-1.amazonaws.com",
      "queue.internal.example",
    ]) {
      const grant = {
        ...allow("s3:PutObject", `arn:aws:s3:::${Bucket}/*`),
        Principal: { Service },
      };
      await setPolicy(Bucket, grant);
      const { Policy = "" } = await root.s3.send(new s3.GetBucketPolicyCommand({ Bucket }));
      expect(JSON.parse(Policy).Statement[0].Principal).toEqual({ Service });
    }
  });

  test("refuse resources of other buckets, no JSON, and more than 20 KB", async () => {
    const Bucket = await bucket("malformed-policies");
    const put = (Policy: string) => root.s3.send(new s3.PutBucketPolicyCommand({ Bucket, Policy }));
    const foreign = { ...allow("s3:GetObject", "arn:aws:s3:::elsewhere/*"), Principal: "*" };
    for (const text of [document(foreign), "not json", `{"Version":"${"x".repeat(20_480)}"}`]) {
      await expect(put(text)).rejects.toMatchObject({ name: "MalformedPolicy" });
    }
  });
});
