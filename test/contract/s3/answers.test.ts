import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { allow, createUser } from "../../support/principals.ts";
import { ask, md5 } from "../../support/s3-refusals.ts";
import { type RawRequest, sendSigned } from "../../support/signed-request.ts";
import { type Clients, startTestServer, type TestServer } from "../../support/test-server.ts";

/** Answers as they are on the wire, which SDKs read in their own ways. */
const B = "/answers-contract";
const ENCRYPTED = "/answers-encrypted";
const NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
let server: TestServer;
let client: Clients["s3"];

beforeAll(async () => {
  server = await startTestServer();
  client = server.clients().s3;
  for (const path of [B, ENCRYPTED]) {
    const Bucket = path.slice(1);
    await client.send(new s3.CreateBucketCommand({ Bucket }));
    await client.send(new s3.PutObjectCommand({ Bucket, Key: "o", Body: "0123456789" }));
  }
});
afterAll(() => server?.close());

function answerTo(request: RawRequest) {
  return sendSigned(server.endpoint, request, { service: "s3" });
}

test.each([
  ["location", "LocationConstraint"],
  ["versioning", "VersioningConfiguration"],
  ["logging", "BucketLoggingStatus"],
  ["accelerate", "AccelerateConfiguration"],
  ["notification", "NotificationConfiguration"],
])("what ?%s has nothing of is an element that closes itself", async (query, name) => {
  const { status, body } = await answerTo(ask(`GET ${B}?${query}`));
  expect([status, body]).toEqual([
    200,
    `<?xml version="1.0" encoding="UTF-8"?>\n<${name} ${NAMESPACE}/>`,
  ]);
});

test("ListBuckets names the owner before the buckets, as the SDK for Java reads them", async () => {
  const { body } = await answerTo(ask("GET /"));
  const names = [...body.matchAll(/<(Owner|Buckets)>/g)].map(([, name]) => name);
  expect(names).toEqual(["Owner", "Buckets"]);
});

const OBJECT = "Key LastModified ETag ChecksumAlgorithm ChecksumType Size";
const VERSION = "Version Key VersionId IsLatest LastModified ETag ChecksumAlgorithm ChecksumType";

test.each([
  [
    `GET ${B}?max-keys=1&delimiter=%2F`,
    `Name Prefix Marker MaxKeys Delimiter IsTruncated Contents ${OBJECT} Owner ID StorageClass`,
  ],
  [
    `GET ${B}?list-type=2&start-after=a`,
    `Name Prefix StartAfter KeyCount MaxKeys IsTruncated Contents ${OBJECT} StorageClass`,
  ],
  [
    `GET ${B}?versions`,
    [
      "Name Prefix KeyMarker VersionIdMarker MaxKeys IsTruncated",
      `${VERSION} Size Owner ID StorageClass`,
    ].join(" "),
  ],
])("%s has its elements in S3's order", async (line, names) => {
  const { body } = await answerTo(ask(line));
  const found = [...body.matchAll(/<([A-Z]\w+)[^>]*>/g)].map(([, name]) => name);
  expect(found.slice(1).join(" ")).toBe(names);
});

test("versions and delete markers are one list, by key and the newest first", async () => {
  const Bucket = "answers-versions";
  await client.send(new s3.CreateBucketCommand({ Bucket }));
  const VersioningConfiguration = { Status: "Enabled" } as const;
  await client.send(new s3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
  for (const Key of ["a", "b"]) {
    await client.send(new s3.PutObjectCommand({ Bucket, Key }));
    await client.send(new s3.DeleteObjectCommand({ Bucket, Key }));
  }
  await client.send(new s3.PutObjectCommand({ Bucket, Key: "b" }));
  const { body } = await answerTo(ask(`GET /${Bucket}?versions`));
  const listed = [...body.matchAll(/<(Version|DeleteMarker)>.*?<Key>(\w)<.*?<IsLatest>(\w+)</gs)];
  expect(listed.map(([, element, key, latest]) => `${element} ${key} ${latest}`)).toEqual([
    "DeleteMarker a true",
    "Version a false",
    "Version b true",
    "DeleteMarker b false",
    "Version b false",
  ]);
  expect(body.indexOf("<Version>")).toBeGreaterThan(body.indexOf("</IsTruncated>"));
});

test("a copy says when before it says what", async () => {
  const copy = ask(`PUT ${ENCRYPTED}/copy`, undefined, { "x-amz-copy-source": `${ENCRYPTED}/o` });
  expect((await answerTo(copy)).body).toMatch(/<LastModified>.*<ETag>/);
});

test.each([
  [`HEAD ${B}`, 200, "application/xml"],
  ["HEAD /answers-nobody", 404, "application/xml"],
  [`HEAD ${B}/nothing`, 404, "application/xml"],
  [`HEAD ${B}/o`, 200, "application/octet-stream"],
])("%s answers %i with Content-Type %s", async (line, status, type) => {
  const answer = await answerTo(ask(line));
  expect([answer.status, answer.headers["content-type"]]).toEqual([status, type]);
});

test.each(["ENABLED", "enabled", "Enabled"])("x-amz-checksum-mode: %s shows it", async (mode) => {
  const headers = { "x-amz-checksum-mode": mode };
  for (const method of ["GET", "HEAD"]) {
    const answer = await answerTo(ask(`${method} ${B}/o`, undefined, headers));
    expect(answer.headers["x-amz-checksum-crc32"]).toBe("poTHxg==");
  }
});

test.each([
  ['"ETAG"', true],
  ['"ETAG', true],
  ['ETAG"', true],
  ["ETAG", true],
  ['"other', false],
])("an object is read and written with If-Match: %s", async (form, fits) => {
  const { ETag = "" } = await client.send(
    new s3.HeadObjectCommand({ Bucket: B.slice(1), Key: "o" }),
  );
  const headers = { "if-match": form.replace("ETAG", ETag.replaceAll('"', "")) };
  for (const request of [
    ask(`GET ${B}/o`, undefined, headers),
    ask(`PUT ${B}/o`, "0123456789", headers),
  ])
    expect((await answerTo(request)).status).toBe(fits ? 200 : 412);
});

test("StartAfter isn't repeated beside a token", async () => {
  const Bucket = B.slice(1);
  await client.send(new s3.PutObjectCommand({ Bucket, Key: "p", Body: "x" }));
  const first = await client.send(
    new s3.ListObjectsV2Command({ Bucket, StartAfter: "a", MaxKeys: 1 }),
  );
  expect(first.StartAfter).toBe("a");
  const ContinuationToken = first.NextContinuationToken;
  const next = await client.send(
    new s3.ListObjectsV2Command({ Bucket, StartAfter: "a", ContinuationToken }),
  );
  expect(next.Contents?.map(({ Key }) => Key)).toEqual(["p"]);
  expect(next).toMatchObject({ ContinuationToken });
  expect(next.StartAfter).toBeUndefined();
});

test("an object is copied onto itself where the bucket has an encryption of its own", async () => {
  const Bucket = ENCRYPTED.slice(1);
  const copy = () =>
    client.send(new s3.CopyObjectCommand({ Bucket, Key: "o", CopySource: `${Bucket}/o` }));
  await expect(copy()).rejects.toMatchObject({ name: "InvalidRequest" });
  await client.send(
    new s3.PutBucketEncryptionCommand({
      Bucket,
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
      },
    }),
  );
  expect((await copy()).CopyObjectResult?.ETag).toBe('"781e5e245d69b566979b86e28d23f2c7"');
  await client.send(new s3.DeleteBucketEncryptionCommand({ Bucket }));
  await expect(copy()).rejects.toMatchObject({ name: "InvalidRequest" });
});

test.each([
  ["bucket", B],
  ["object", `${B}/o`],
])(
  "a document without a set of tags leaves the %s without tags; a tag has key and value",
  async (_what, path) => {
    const tags = "<TagSet><Tag><Key>a</Key><Value/></Tag></TagSet>";
    const put = (content: string) => {
      const body = `<Tagging>${content}</Tagging>`;
      return answerTo(ask(`PUT ${path}?tagging`, body, md5(body)));
    };
    expect((await put(tags)).status).toBeLessThan(300);
    expect((await answerTo(ask(`GET ${path}?tagging`))).body).toContain("<Key>a</Key>");
    expect((await put("")).status).toBeLessThan(300);
    expect((await answerTo(ask(`GET ${path}?tagging`))).body).not.toContain("<Key>a</Key>");
    for (const half of ["<Key>a</Key>", "<Value>a</Value>"]) {
      const refused = await put(`<TagSet><Tag>${half}</Tag></TagSet>`);
      expect([refused.status, refused.body]).toEqual([
        400,
        expect.stringContaining("<Code>MalformedXML</Code>"),
      ]);
    }
  },
);

test("a bucket of one's own namespace is made, and policies know the namespace", async () => {
  const Bucket = "answers-000000000000-eu-west-3-an";
  const BucketNamespace = "account-regional";
  const paris = server.clients(undefined, "eu-west-3").s3;
  const CreateBucketConfiguration = { LocationConstraint: "eu-west-3" } as const;
  await paris.send(
    new s3.CreateBucketCommand({ Bucket, BucketNamespace, CreateBucketConfiguration }),
  );
  await paris.send(new s3.HeadBucketCommand({ Bucket }));
  const elsewhere = { StringNotEquals: { "s3:x-amz-bucket-namespace": BucketNamespace } };
  const user = await createUser(server.clients().iam, "namesake", [
    allow("s3:*"),
    { Effect: "Deny", Action: "s3:CreateBucket", Resource: "*", Condition: elsewhere },
  ]);
  const byUser = server.clients(user).s3;
  await expect(
    byUser.send(new s3.CreateBucketCommand({ Bucket: "answers-of-nobody" })),
  ).rejects.toMatchObject({ name: "AccessDenied" });
  const own = { Bucket: "answers-000000000000-us-east-1-an", BucketNamespace } as const;
  await byUser.send(new s3.CreateBucketCommand(own));
});

test("an upload with a customer's key has no checksum that S3 chose", async () => {
  const Bucket = B.slice(1);
  const Rules = [{ BlockedEncryptionTypes: { EncryptionType: ["NONE" as const] } }];
  await client.send(
    new s3.PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules } }),
  );
  const upload = async (Key: string, ChecksumAlgorithm?: "CRC32") => {
    const key = { SSECustomerAlgorithm: "AES256", SSECustomerKey: Buffer.alloc(32, 7) as never };
    const at = { Bucket, Key };
    const { UploadId } = await client.send(
      new s3.CreateMultipartUploadCommand({
        ...{ ...at, ...key },
        ...(ChecksumAlgorithm ? { ChecksumAlgorithm, ChecksumType: "FULL_OBJECT" } : {}),
      }),
    );
    const part = { ...at, ...key, UploadId, PartNumber: 1, Body: "part" };
    const { ETag, ChecksumCRC32 } = await client.send(new s3.UploadPartCommand(part));
    const Parts = [{ PartNumber: 1, ETag, ...(ChecksumAlgorithm ? { ChecksumCRC32 } : {}) }];
    const done = await client.send(
      new s3.CompleteMultipartUploadCommand({
        ...{ ...at, ...key, UploadId },
        MultipartUpload: { Parts },
      }),
    );
    const read = await client.send(
      new s3.GetObjectCommand({ ...at, ...key, ChecksumMode: "ENABLED" }),
    );
    expect(await read.Body?.transformToString()).toBe("part");
    return [done, read].map(({ ChecksumCRC64NVME, ChecksumCRC32, ChecksumType }) => [
      ...[ChecksumCRC64NVME, ChecksumCRC32, ChecksumType],
    ]);
  };
  const NONE = [undefined, undefined, undefined];
  expect(await upload("default")).toEqual([NONE, NONE]);
  const CRC32 = [undefined, expect.stringMatching(/^.{8}$/), "FULL_OBJECT"];
  expect(await upload("crc32", "CRC32")).toEqual([CRC32, CRC32]);
  const listed = await client.send(new s3.ListObjectsV2Command({ Bucket, Prefix: "default" }));
  expect(listed.Contents?.[0]?.ChecksumAlgorithm).toBeUndefined();
});
