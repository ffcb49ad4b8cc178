import * as kms from "@aws-sdk/client-kms";
import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allow, createUser, policyOf } from "../../support/principals.ts";
import { type Key, startTestServer, type TestServer } from "../../support/test-server.ts";
import { kmsOf, outcomeOf } from "../kms/support.ts";

/*
 * Source: S3 user guide, "Using server-side encryption with AWS KMS keys (SSE-KMS)", and what
 * public suites recorded of AWS.
 */

const ACCOUNT = "000000000000";
const ELSEWHERE = "111122223333";
const OTHER: Key = { accessKeyId: "other", secretAccessKey: "other-secret" };
const BUCKET = "kms-objects";
const BODY = "0123456789".repeat(20);
const HEX_MD5 = /^"[0-9a-f]{32}"$/;

let server: TestServer;
let client: s3.S3Client;
let keys: kms.KMSClient;
let key = { id: "", arn: "" };

beforeAll(async () => {
  server = await startTestServer({
    accounts: [
      { id: ELSEWHERE, rootAccessKeyId: OTHER.accessKeyId, rootSecretAccessKey: "other-secret" },
    ],
  });
  client = server.clients().s3;
  keys = kmsOf(server);
  await client.send(new s3.CreateBucketCommand({ Bucket: BUCKET }));
  key = await newKey();
});
afterAll(() => server?.close());

async function newKey(input: kms.CreateKeyCommandInput = {}) {
  const { KeyMetadata } = await keys.send(new kms.CreateKeyCommand(input));
  return { id: KeyMetadata?.KeyId ?? "", arn: KeyMetadata?.Arn ?? "" };
}

function put(Key: string, more: Partial<s3.PutObjectCommandInput> = {}, by = client) {
  return by.send(new s3.PutObjectCommand({ Bucket: BUCKET, Key, Body: BODY, ...more }));
}

async function read(Key: string, more: Partial<s3.GetObjectCommandInput> = {}, by = client) {
  const got = await by.send(new s3.GetObjectCommand({ Bucket: BUCKET, Key, ...more }));
  return { ...got, text: await got.Body?.transformToString() };
}

const byKey = (): Partial<s3.PutObjectCommandInput> => ({
  ServerSideEncryption: "aws:kms",
  SSEKMSKeyId: key.id,
});

describe("an object encrypted with a KMS key", () => {
  test("shows it in every answer, by the key's ARN, and reads whole and in ranges", async () => {
    await keys.send(new kms.CreateAliasCommand({ AliasName: "alias/s3", TargetKeyId: key.id }));
    const shown = { ServerSideEncryption: "aws:kms", SSEKMSKeyId: key.arn };
    for (const SSEKMSKeyId of [key.id, key.arn, "alias/s3"]) {
      const written = await put("one", { ...byKey(), SSEKMSKeyId });
      expect(written).toMatchObject(shown);
      expect(written.BucketKeyEnabled).toBeUndefined();
    }
    const got = await read("one");
    expect(got).toMatchObject({ ...shown, text: BODY });
    const head = new s3.HeadObjectCommand({ Bucket: BUCKET, Key: "one" });
    expect(await client.send(head)).toMatchObject({ ...shown, ContentLength: BODY.length });
    expect((await read("one", { Range: "bytes=17-40" })).text).toBe(BODY.slice(17, 41));
  });

  test("has no MD5 as ETag, and another one with each write", async () => {
    const first = await put("tagged", byKey());
    const second = await put("tagged", byKey());
    const plain = await put("plain");
    for (const { ETag } of [first, second, plain]) expect(ETag).toMatch(HEX_MD5);
    expect(new Set([first.ETag, second.ETag, plain.ETag]).size).toBe(3);
  });

  test("verifies the digests of what was sent", async () => {
    const wrong = put("digest", { ...byKey(), ContentMD5: "AAAAAAAAAAAAAAAAAAAAAA==" });
    await expect(wrong).rejects.toMatchObject({ name: "BadDigest" });
  });
});

test("aws:kms without a key uses the account's own key for S3, which is made for it", async () => {
  const { SSEKMSKeyId: arn = "" } = await put("own", { ServerSideEncryption: "aws:kms" });
  const described = await keys.send(new kms.DescribeKeyCommand({ KeyId: "alias/aws/s3" }));
  expect(described.KeyMetadata).toMatchObject({
    Arn: arn,
    KeyManager: "AWS",
    Description: "Default key that protects my S3 objects when no other key is defined",
  });
  const nobody = await createUser(server.clients().iam, "no-kms", [allow("s3:*")]);
  expect((await read("own", {}, server.clients(nobody).s3)).text).toBe(BODY);
  const direct = new kms.EncryptCommand({ KeyId: arn, Plaintext: Buffer.from("x") });
  expect(await outcomeOf(keys.send(direct))).toMatch(/^AccessDeniedException/);
  expect(await outcomeOf(keys.send(new kms.DisableKeyCommand({ KeyId: arn })))).toMatch(
    /^AccessDeniedException/,
  );
});

describe("a bucket's default encryption", () => {
  const Bucket = "kms-default";
  const rule = (byDefault: s3.ServerSideEncryptionByDefault, BucketKeyEnabled = false) => {
    const Rules = [{ ApplyServerSideEncryptionByDefault: byDefault, BucketKeyEnabled }];
    const ServerSideEncryptionConfiguration = { Rules };
    return client.send(
      new s3.PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration }),
    );
  };

  test("applies to later writes that name none, and a request's headers override it", async () => {
    await client.send(new s3.CreateBucketCommand({ Bucket }));
    const before = await put("k", { Bucket });
    expect(before.ServerSideEncryption).toBe("AES256");
    await rule({ SSEAlgorithm: "aws:kms", KMSMasterKeyID: key.id }, true);
    const shown = { ServerSideEncryption: "aws:kms", SSEKMSKeyId: key.arn, BucketKeyEnabled: true };
    expect(await put("k2", { Bucket })).toMatchObject(shown);
    expect(await read("k2", { Bucket })).toMatchObject({ ...shown, text: BODY });
    expect(await read("k", { Bucket })).toMatchObject({ ServerSideEncryption: "AES256" });
    const plain = await put("k3", { Bucket, ServerSideEncryption: "AES256" });
    expect(plain).toMatchObject({ ServerSideEncryption: "AES256" });
    expect(plain.SSEKMSKeyId ?? plain.BucketKeyEnabled).toBeUndefined();
    const dual = await put("k4", { Bucket, ...byKey(), ServerSideEncryption: "aws:kms:dsse" });
    expect(dual.ServerSideEncryption).toBe("aws:kms:dsse");
    expect(dual.BucketKeyEnabled).toBeUndefined();
  });

  test("decides for copies that name none, whatever the source's was", async () => {
    await put("source", byKey());
    const copy = (more: Partial<s3.CopyObjectCommandInput>) => {
      const input = { Bucket, Key: "copy", CopySource: `${BUCKET}/source`, ...more };
      return client.send(new s3.CopyObjectCommand(input));
    };
    const kept = await copy({});
    expect(kept).toMatchObject({ ServerSideEncryption: "aws:kms", SSEKMSKeyId: key.arn });
    expect((await read("copy", { Bucket })).text).toBe(BODY);
    const opened = await copy({ Bucket: BUCKET });
    expect(opened).toMatchObject({ ServerSideEncryption: "AES256" });
    expect(opened.SSEKMSKeyId).toBeUndefined();
    const plain = await put("md5");
    expect(opened.CopyObjectResult?.ETag).toBe(plain.ETag);
    const inPlace = { Bucket: BUCKET, Key: "source", ...byKey(), BucketKeyEnabled: true };
    expect(await copy(inPlace)).toMatchObject({ BucketKeyEnabled: true });
    expect((await read("source")).text).toBe(BODY);
    const ontoItself = { Bucket: BUCKET, Key: "source" };
    expect(await copy(ontoItself)).toMatchObject({ ServerSideEncryption: "AES256" });
    // Now it wouldn't change anything.
    await expect(copy(ontoItself)).rejects.toMatchObject({ name: "InvalidRequest" });
  });

  test("without a key is the account's own for S3, as CDK's bootstrap bucket has it", async () => {
    await rule({ SSEAlgorithm: "aws:kms" });
    const { KeyMetadata } = await keys.send(new kms.DescribeKeyCommand({ KeyId: "alias/aws/s3" }));
    const shown = { ServerSideEncryption: "aws:kms", SSEKMSKeyId: KeyMetadata?.Arn };
    expect(await put("k", { Bucket })).toMatchObject(shown);
    expect(await read("k", { Bucket })).toMatchObject({ ...shown, text: BODY });
  });

  test("isn't looked up when it is put, but when an object is", async () => {
    await rule({ SSEAlgorithm: "aws:kms", KMSMasterKeyID: "fake-key-id" });
    const { ServerSideEncryptionConfiguration } = await client.send(
      new s3.GetBucketEncryptionCommand({ Bucket }),
    );
    expect(ServerSideEncryptionConfiguration?.Rules).toMatchObject([
      { ApplyServerSideEncryptionByDefault: { KMSMasterKeyID: "fake-key-id" } },
    ]);
    expect(await outcomeOf(put("k", { Bucket }))).toBe(
      "KMS.NotFoundException: Invalid keyId 'fake-key-id'",
    );
  });
});

test("a multipart upload is encrypted part by part under its own data key", async () => {
  const target = { Bucket: BUCKET, Key: "parts" };
  const shown = { ServerSideEncryption: "aws:kms", SSEKMSKeyId: key.arn, BucketKeyEnabled: true };
  const begun = await client.send(
    new s3.CreateMultipartUploadCommand({ ...target, ...byKey(), BucketKeyEnabled: true }),
  );
  expect(begun).toMatchObject(shown);
  const upload = { ...target, UploadId: begun.UploadId };
  const first = "a".repeat(5 * 1024 * 1024);
  const one = await client.send(
    new s3.UploadPartCommand({ ...upload, PartNumber: 1, Body: first }),
  );
  expect(one).toMatchObject(shown);
  await put("source", byKey());
  const two = await client.send(
    new s3.UploadPartCopyCommand({ ...upload, PartNumber: 2, CopySource: `${BUCKET}/source` }),
  );
  expect(two).toMatchObject(shown);
  await client.send(new s3.ListPartsCommand(upload));
  const Parts = [
    { PartNumber: 1, ETag: one.ETag },
    { PartNumber: 2, ETag: two.CopyPartResult?.ETag },
  ];
  const done = await client.send(
    new s3.CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }),
  );
  expect(done).toMatchObject(shown);
  // The checksum that S3 chose comes with the object alone.
  expect(done.ChecksumCRC64NVME ?? done.ChecksumType).toBeUndefined();
  const checked = await read("parts", { ChecksumMode: "ENABLED" });
  expect(checked.ChecksumCRC64NVME).toMatch(/^[\w+/]{11}=$/);
  expect(done.ETag).toMatch(/^"[0-9a-f]{32}-2"$/);
  expect((await read("parts")).text).toBe(first + BODY);
  const range = `bytes=${first.length - 3}-${first.length + 5}`;
  expect((await read("parts", { Range: range })).text).toBe(`aaa${BODY.slice(0, 6)}`);
});

describe("a key that can't be used", () => {
  const unknown = "11111111-2222-4333-8444-555555555555";
  const arn = (region = "us-east-1") => `arn:aws:kms:${region}:${ACCOUNT}:key/${unknown}`;
  test.each([
    ["malformed", "fake-key-id", "KMS.NotFoundException: Invalid keyId 'fake-key-id'"],
    ["unknown", unknown, `KMS.NotFoundException: Key '${arn()}' does not exist`],
    ["another Region's", arn("eu-west-2"), "KMS.NotFoundException: Invalid arn eu-west-2"],
  ])("that is %s is named as KMS names it", async (_name, SSEKMSKeyId, expected) => {
    const input = { ...byKey(), SSEKMSKeyId };
    await put("plain");
    const named = { Bucket: BUCKET, Key: "refused" };
    const CopySource = `${BUCKET}/plain`;
    const begin = new s3.CreateMultipartUploadCommand({ ...named, ...input });
    const copy = new s3.CopyObjectCommand({ ...named, ...input, CopySource });
    expect(await outcomeOf(put("refused", input))).toBe(expected);
    expect(await outcomeOf(client.send(begin))).toBe(expected);
    expect(await outcomeOf(client.send(copy))).toBe(expected);
    await expect(read("refused")).rejects.toMatchObject({ name: "NoSuchKey" });
  });

  test("being disabled or pending deletion, neither writes nor reads", async () => {
    const { id: KeyId, arn } = await newKey();
    const input = { ...byKey(), SSEKMSKeyId: KeyId };
    await put("locked", input);
    await keys.send(new kms.DisableKeyCommand({ KeyId }));
    const disabled = `KMS.DisabledException: ${arn} is disabled.`;
    expect(await outcomeOf(put("locked", input))).toBe(disabled);
    expect(await outcomeOf(read("locked"))).toBe(disabled);
    const head = new s3.HeadObjectCommand({ Bucket: BUCKET, Key: "locked" });
    expect((await client.send(head)).SSEKMSKeyId).toBe(arn);
    await keys.send(new kms.ScheduleKeyDeletionCommand({ KeyId }));
    const pending = `KMS.KMSInvalidStateException: ${arn} is pending deletion.`;
    expect(await outcomeOf(read("locked"))).toBe(pending);
    expect(await outcomeOf(put("locked", input))).toBe(pending);
  });
});

test("a bucket policy's conditions see the request's headers, the key as an ARN", async () => {
  const Bucket = "kms-conditions";
  await client.send(new s3.CreateBucketCommand({ Bucket }));
  const header = "s3:x-amz-server-side-encryption-aws-kms-key-id";
  const Policy = policyOf([
    {
      ...allow("s3:PutObject", `arn:aws:s3:::${Bucket}/*`),
      Effect: "Deny",
      Principal: "*",
      Condition: { StringNotEquals: { [header]: key.arn } },
    },
  ]);
  await client.send(new s3.PutBucketPolicyCommand({ Bucket, Policy }));
  expect(await outcomeOf(put("k", { Bucket }))).toMatch(/^AccessDenied/);
  expect(await outcomeOf(put("k", { Bucket, ServerSideEncryption: "aws:kms" }))).toMatch(
    /^AccessDenied/,
  );
  for (const SSEKMSKeyId of [key.id, key.arn])
    expect(await outcomeOf(put("k", { Bucket, ...byKey(), SSEKMSKeyId }))).toBe("done");
});

/*
 * Parts and completions can't say how S3 encrypts, so a policy on that sees what the upload said.
 */
test.each<[string, () => Partial<s3.PutObjectCommandInput>, string, () => string]>([
  ["S3's own", () => ({ ServerSideEncryption: "AES256" }), "", () => "AES256"],
  ["KMS", byKey, "", () => "aws:kms"],
  ["one KMS key", byKey, "-aws-kms-key-id", () => key.arn],
])(
  "a bucket policy that requires %s takes uploads that began so",
  async (name, how, end, value) => {
    const Bucket = `kms-required-${name.toLowerCase().replaceAll(/[^a-z0-9]/g, "-")}`;
    await client.send(new s3.CreateBucketCommand({ Bucket }));
    await put("source", { Bucket });
    const denied = {
      ...allow("s3:PutObject", `arn:aws:s3:::${Bucket}/*`),
      ...{ Effect: "Deny", Principal: "*" },
      Condition: { StringNotEquals: { [`s3:x-amz-server-side-encryption${end}`]: value() } },
    };
    const Policy = policyOf([denied]);
    await client.send(new s3.PutBucketPolicyCommand({ Bucket, Policy }));
    const upload = { Bucket, Key: "uploaded" };
    const begin = (input: object) =>
      client.send(new s3.CreateMultipartUploadCommand({ ...upload, ...input }));
    expect(await outcomeOf(begin({}))).toMatch(/^AccessDenied/);
    const { UploadId } = await begin(how());
    const part = { ...upload, UploadId, PartNumber: 1 };
    await client.send(new s3.UploadPartCommand({ ...part, Body: BODY }));
    const CopySource = `${Bucket}/source`;
    const { CopyPartResult } = await client.send(
      new s3.UploadPartCopyCommand({ ...part, CopySource }),
    );
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag: CopyPartResult?.ETag }] };
    const complete = new s3.CompleteMultipartUploadCommand({
      ...upload,
      UploadId,
      MultipartUpload,
    });
    await client.send(complete);
    expect((await read("uploaded", { Bucket })).text).toBe(BODY);
  },
);

test("another account's key is used by its ARN alone, as its policy allows", async () => {
  const theirs = kmsOf(server, OTHER);
  const Policy = policyOf([
    { ...allow("kms:*"), Principal: { AWS: `arn:aws:iam::${ELSEWHERE}:root` } },
    { ...allow("kms:GenerateDataKey"), Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` } },
  ]);
  const { KeyMetadata } = await theirs.send(new kms.CreateKeyCommand({ Policy }));
  const theirKey = { ...byKey(), SSEKMSKeyId: KeyMetadata?.Arn };
  expect(await put("theirs", theirKey)).toMatchObject({ SSEKMSKeyId: KeyMetadata?.Arn });
  expect(await outcomeOf(read("theirs"))).toMatch(
    /^AccessDenied: .* kms:Decrypt on this resource because the resource does not exist/,
  );
  const byId = { ...theirKey, SSEKMSKeyId: KeyMetadata?.KeyId };
  expect(await outcomeOf(put("theirs", byId))).toMatch(/^KMS.NotFoundException: Key 'arn:/);
});

describe("headers that don't go together", () => {
  const HEADER = "x-amz-server-side-encryption";
  const NEEDS = [
    "Server Side Encryption with AWS KMS managed key",
    `requires HTTP header ${HEADER} : aws:kms`,
  ].join(" ");
  const NO_MAP = [
    `The header '${HEADER}-context' shall be Base64-encoded UTF-8 string`,
    "holding JSON which represents a string-string map",
  ].join(" ");
  test.each<[string, () => Partial<s3.PutObjectCommandInput>, string]>([
    ["a key without KMS", () => ({ SSEKMSKeyId: key.id }), NEEDS],
    ["a key with AES256", () => ({ ...byKey(), ServerSideEncryption: "AES256" }), NEEDS],
    ["a context that isn't JSON", () => ({ ...byKey(), SSEKMSEncryptionContext: "bm8=" }), NO_MAP],
  ])("%s", async (_name, input, message) => {
    await expect(put("refused", input())).rejects.toMatchObject({
      name: "InvalidArgument",
      message,
    });
  });

  test("the algorithm on a read", async () => {
    await put("asked", byKey());
    const command = new s3.GetObjectCommand({ Bucket: BUCKET, Key: "asked" });
    command.middlewareStack.add(
      (next) => (args) => {
        const { headers } = args.request as { headers: Record<string, string> };
        headers[HEADER] = "aws:kms";
        return next(args);
      },
      { step: "build" },
    );
    expect(await outcomeOf(client.send(command))).toMatch(/^InvalidArgument/);
  });
});

describe("KMS decides as the caller, through S3", () => {
  const needs = { PutObject: "kms:GenerateDataKey", GetObject: "kms:Decrypt" };
  let reader: Key;
  const as = (who: Key) => server.clients(who).s3;

  async function restrict(condition: object, Action: string | string[] = "kms:*") {
    const Policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
          Action,
          Resource: "*",
          Condition: condition,
        },
        {
          Effect: "Allow",
          Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
          Action: ["kms:PutKeyPolicy", "kms:CreateGrant"],
          Resource: "*",
        },
      ],
    });
    await keys.send(new kms.PutKeyPolicyCommand({ KeyId: key.id, PolicyName: "default", Policy }));
  }

  test("with each operation's own action, and its sentence when it refuses", async () => {
    const iam = server.clients().iam;
    reader = await createUser(iam, "reader", [allow("s3:*"), allow("kms:Decrypt", key.arn)]);
    const writer = await createUser(iam, "writer", [
      allow("s3:*"),
      allow("kms:GenerateDataKey", key.arn),
    ]);
    const denied = (who: { arn: string } & Key, action: string) =>
      [
        `AccessDenied: User: ${who.arn} is not authorized to perform: ${action}`,
        `on resource: ${key.arn} because no identity-based policy allows the ${action} action`,
      ].join(" ");
    await put("decided", byKey(), as(writer));
    expect((await read("decided", {}, as(reader))).text).toBe(BODY);
    expect(await outcomeOf(put("decided", byKey(), as(reader)))).toBe(
      denied(reader as never, needs.PutObject),
    );
    expect(await outcomeOf(read("decided", {}, as(writer)))).toBe(
      denied(writer as never, needs.GetObject),
    );
    const named = { Bucket: BUCKET, Key: "decided" };
    await as(writer).send(new s3.HeadObjectCommand(named));
    const checked = new s3.HeadObjectCommand({ ...named, ChecksumMode: "ENABLED" });
    await expect(as(writer).send(checked)).rejects.toMatchObject({
      $metadata: { httpStatusCode: 403 },
    });
    const attributes = { ...named, ObjectAttributes: ["ETag" as const] };
    expect(await outcomeOf(as(writer).send(new s3.GetObjectAttributesCommand(attributes)))).toMatch(
      /^AccessDenied: .* kms:Decrypt /,
    );
    const { UploadId } = await as(writer).send(
      new s3.CreateMultipartUploadCommand({ ...named, ...byKey() }),
    );
    const upload = { ...named, UploadId };
    for (const refused of [
      new s3.UploadPartCommand({ ...upload, PartNumber: 1, Body: "x" }),
      new s3.ListPartsCommand(upload),
      new s3.CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: [] } }),
    ])
      expect(await outcomeOf(as(writer).send(refused as s3.ListPartsCommand))).toMatch(
        /^AccessDenied: .* kms:Decrypt /,
      );
    await as(writer).send(new s3.AbortMultipartUploadCommand(upload));
  });

  test.each<[string, object, boolean]>([
    ["kms:ViaService", { StringEquals: { "kms:ViaService": "s3.us-east-1.amazonaws.com" } }, true],
    [
      "another service",
      { StringEquals: { "kms:ViaService": "ssm.us-east-1.amazonaws.com" } },
      false,
    ],
    ["kms:CallerAccount", { StringEquals: { "kms:CallerAccount": ACCOUNT } }, true],
    [
      "aws:CalledVia",
      { "ForAnyValue:StringEquals": { "aws:CalledVia": "s3.amazonaws.com" } },
      true,
    ],
    [
      "the object's ARN",
      {
        StringEquals: {
          "kms:EncryptionContext:aws:s3:arn": `arn:aws:s3:::${BUCKET}/conditions`,
          "kms:EncryptionContext:team": "studio",
        },
      },
      true,
    ],
    [
      "another object's ARN",
      { StringEquals: { "kms:EncryptionContext:aws:s3:arn": `arn:aws:s3:::${BUCKET}/other` } },
      false,
    ],
  ])("under conditions of the key's policy: %s", async (_name, condition, isAllowed) => {
    await restrict(condition);
    const SSEKMSEncryptionContext = Buffer.from('{"team":"studio"}').toString("base64");
    const written = outcomeOf(put("conditions", { ...byKey(), SSEKMSEncryptionContext }));
    expect(await written).toMatch(isAllowed ? /^done$/ : /^AccessDenied: /);
    if (isAllowed) expect((await read("conditions")).text).toBe(BODY);
  });

  test("with the bucket's ARN as context where a bucket key is used", async () => {
    const arn = `arn:aws:s3:::${BUCKET}`;
    await restrict({ StringEquals: { "kms:EncryptionContext:aws:s3:arn": arn } });
    expect(await outcomeOf(put("conditions", byKey()))).toMatch(/^AccessDenied: /);
    await put("conditions", { ...byKey(), BucketKeyEnabled: true });
    expect((await read("conditions")).text).toBe(BODY);
    await restrict({});
  });

  test("and not for anybody unknown", async () => {
    await client.send(new s3.DeletePublicAccessBlockCommand({ Bucket: BUCKET }));
    const statement = { ...allow("s3:*", `arn:aws:s3:::${BUCKET}/*`), Principal: "*" };
    const Policy = policyOf([statement]);
    await client.send(new s3.PutBucketPolicyCommand({ Bucket: BUCKET, Policy }));
    await put("open", byKey());
    const answer = await fetch(`${server.endpoint}/${BUCKET}/open`);
    expect(answer.status).toBe(400);
    const text = await answer.text();
    expect(text).toContain("with AWS KMS managed keys require AWS Signature Version 4.");
    await client.send(new s3.DeleteBucketPolicyCommand({ Bucket: BUCKET }));
  });
});
