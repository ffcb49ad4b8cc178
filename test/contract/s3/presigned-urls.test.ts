import { createHash } from "node:crypto";
import * as s3 from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { presignV2, presignV4 } from "../../support/presigned-url.ts";
import { type RawRequest, send } from "../../support/signed-request.ts";
import { type Clients, startTestServer, type TestServer } from "../../support/test-server.ts";

const Bucket = "presigned";
const DAY_MS = 86_400_000;

let server: TestServer;
let client: Clients["s3"];
let host: string;

beforeAll(async () => {
  server = await startTestServer();
  host = new URL(server.endpoint).host;
  client = server.clients().s3;
  await client.send(
    new s3.CreateBucketCommand({
      Bucket,
      ObjectLockEnabledForBucket: true,
      ObjectOwnership: "ObjectWriter",
    }),
  );
  await client.send(new s3.DeletePublicAccessBlockCommand({ Bucket }));
  await client.send(
    new s3.PutObjectCommand({
      Bucket,
      Key: "source",
      Body: "source",
      Metadata: { from: "source" },
    }),
  );
});
afterAll(() => server?.close());

/** Sends what the SDK presigned, with no header of its own but `headers`. */
async function use(url: string, method: string, more: RawRequest = {}) {
  const { pathname, search } = new URL(url);
  const answer = await send(server.endpoint, { method, path: pathname + search, ...more });
  return { ...answer, code: /<Code>([^<]+)<\/Code>/.exec(answer.body)?.[1] };
}

/** What S3 wants beside Object Lock's headers; nobody has to sign it. */
const md5 = (body: string) => ({
  body,
  headers: { "content-md5": createHash("md5").update(body).digest("base64") },
});

const head = (Key: string) => client.send(new s3.HeadObjectCommand({ Bucket, Key }));
const put = (input: Partial<s3.PutObjectCommandInput>) =>
  getSignedUrl(client, new s3.PutObjectCommand({ Bucket, Key: "put", ...input }));

describe("headers that the SDK for JavaScript puts into the query", () => {
  test("of PutObject: all of them", async () => {
    const retainUntil = new Date(Math.ceil(Date.now() / 1000) * 1000 + DAY_MS);
    const url = await put({
      Metadata: { one: "1", "a-b": "two words", accent: "ü ✓" },
      StorageClass: "STANDARD_IA",
      Tagging: "team=video&stage=a%20b",
      ACL: "public-read",
      WebsiteRedirectLocation: "/elsewhere",
      ObjectLockMode: "GOVERNANCE",
      ObjectLockRetainUntilDate: retainUntil,
      ObjectLockLegalHoldStatus: "ON",
      RequestPayer: "requester",
    });
    expect(await use(url, "PUT", md5("any body"))).toMatchObject({ status: 200 });
    expect(await head("put")).toMatchObject({
      Metadata: { one: "1", "a-b": "two words", accent: expect.stringContaining("=?UTF-8?") },
      StorageClass: "STANDARD_IA",
      WebsiteRedirectLocation: "/elsewhere",
      ObjectLockMode: "GOVERNANCE",
      ObjectLockRetainUntilDate: retainUntil,
      ObjectLockLegalHoldStatus: "ON",
    });
    const { TagSet } = await client.send(new s3.GetObjectTaggingCommand({ Bucket, Key: "put" }));
    expect(TagSet).toEqual([
      { Key: "team", Value: "video" },
      { Key: "stage", Value: "a b" },
    ]);
    const { Grants } = await client.send(new s3.GetObjectAclCommand({ Bucket, Key: "put" }));
    expect(Grants).toContainEqual({
      Grantee: expect.objectContaining({ URI: expect.stringContaining("AllUsers") }),
      Permission: "READ",
    });
  });

  test("a value that PutObject refuses is refused", async () => {
    expect(await use(await put({ StorageClass: "FAST" as "STANDARD" }), "PUT")).toMatchObject({
      status: 400,
      code: "InvalidStorageClass",
    });
    const other = await put({ ExpectedBucketOwner: "111111111111" });
    expect(await use(other, "PUT")).toMatchObject({ status: 403, code: "AccessDenied" });
  });

  test("the checksum of the body that the SDK didn't have is left aside", async () => {
    const url = await put({ Key: "summed" });
    expect(url).toContain("x-amz-checksum-crc32=");
    expect(await use(url, "PUT", { body: "another body" })).toMatchObject({ status: 200 });
    const mine = { "x-amz-checksum-sha256": "" };
    mine["x-amz-checksum-sha256"] = createHash("sha256").update("body").digest("base64");
    const signed = presignV4(host, { method: "PUT", path: `/${Bucket}/summed`, headers: mine });
    const send = (body: string) => use(`http://${host}${signed}`, "PUT", { headers: mine, body });
    expect(await send("body")).toMatchObject({ status: 200 });
    expect(await send("other")).toMatchObject({ status: 400, code: "BadDigest" });
  });

  test("of CopyObject and UploadPartCopy: the source and its conditions", async () => {
    const copy = (more: Partial<s3.CopyObjectCommandInput>) =>
      getSignedUrl(
        client,
        new s3.CopyObjectCommand({ Bucket, Key: "copy", CopySource: `${Bucket}/source`, ...more }),
      );
    const replaced = await copy({ MetadataDirective: "REPLACE", Metadata: { to: "copy" } });
    expect(await use(replaced, "PUT")).toMatchObject({
      status: 200,
      body: expect.stringContaining("CopyObjectResult"),
    });
    expect(await head("copy")).toMatchObject({ ContentLength: 6, Metadata: { to: "copy" } });
    expect(await use(await copy({ CopySourceIfMatch: '"other"' }), "PUT")).toMatchObject({
      code: "PreconditionFailed",
    });
    const { UploadId = "" } = await client.send(
      new s3.CreateMultipartUploadCommand({ Bucket, Key: "parts" }),
    );
    const part = new s3.UploadPartCopyCommand({
      ...{ Bucket, Key: "parts", UploadId, PartNumber: 1 },
      CopySource: `${Bucket}/source`,
      CopySourceRange: "bytes=0-2",
    });
    expect((await use(await getSignedUrl(client, part), "PUT")).status).toBe(200);
    const { Parts } = await client.send(
      new s3.ListPartsCommand({ Bucket, Key: "parts", UploadId }),
    );
    expect(Parts).toMatchObject([{ Size: 3 }]);
  });

  test("of CreateMultipartUpload, PutBucketAcl and DeleteObject", async () => {
    const upload = new s3.CreateMultipartUploadCommand({
      ...{ Bucket, Key: "upload", StorageClass: "STANDARD_IA", ChecksumAlgorithm: "SHA256" },
    });
    expect((await use(await getSignedUrl(client, upload), "POST")).status).toBe(200);
    const { Uploads } = await client.send(new s3.ListMultipartUploadsCommand({ Bucket }));
    expect(Uploads).toContainEqual(
      expect.objectContaining({
        ...{ Key: "upload", StorageClass: "STANDARD_IA", ChecksumAlgorithm: "SHA256" },
      }),
    );
    const acl = new s3.PutBucketAclCommand({ Bucket, ACL: "public-read" });
    expect((await use(await getSignedUrl(client, acl), "PUT")).status).toBe(200);
    const { Grants } = await client.send(new s3.GetBucketAclCommand({ Bucket }));
    expect(Grants).toHaveLength(2);
    const locked = await put({
      ...{ Key: "locked", ObjectLockMode: "GOVERNANCE" },
      ObjectLockRetainUntilDate: new Date(Date.now() + DAY_MS),
    });
    const { headers } = await use(locked, "PUT", md5("locked"));
    const VersionId = String(headers["x-amz-version-id"]);
    const remove = (BypassGovernanceRetention?: boolean) =>
      getSignedUrl(
        client,
        new s3.DeleteObjectCommand({
          ...{ Bucket, Key: "locked", VersionId },
          ...(BypassGovernanceRetention ? { BypassGovernanceRetention } : {}),
        }),
      );
    expect(await use(await remove(), "DELETE")).toMatchObject({ code: "AccessDenied" });
    expect(await use(await remove(true), "DELETE")).toMatchObject({ status: 204 });
  });

  test("a policy decides by them", async () => {
    const Statement = {
      Effect: "Deny",
      Principal: "*",
      Action: "s3:PutObject",
      Resource: `arn:aws:s3:::${Bucket}/*`,
      Condition: { StringEquals: { "s3:x-amz-storage-class": "GLACIER" } },
    };
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
    await client.send(new s3.PutBucketPolicyCommand({ Bucket, Policy }));
    expect(await use(await put({ StorageClass: "GLACIER" }), "PUT")).toMatchObject({
      code: "AccessDenied",
    });
    expect(await use(await put({}), "PUT")).toMatchObject({ status: 200 });
    await client.send(new s3.DeleteBucketPolicyCommand({ Bucket }));
  });
});

/** Path and query of a URL for `Key`, of either version, with these encoded members signed. */
const signers = {
  "version 4": (Key: string, query: string) =>
    presignV4(host, { method: "PUT", path: `/${Bucket}/${Key}`, query }),
  "version 2": (Key: string, query: string) =>
    presignV2({ method: "PUT", path: `/${Bucket}/${Key}`, query }),
};

describe.each(Object.entries(signers))("a URL of %s", (version, sign) => {
  const isV4 = version === "version 4";
  const Key = isV4 ? "by-v4" : "by-v2";
  const ask = (pathAndQuery: string, more: RawRequest = {}) =>
    use(`http://${host}${pathAndQuery}`, "PUT", { body: "content", ...more });

  test("says what is stored, in whatever case and order", async () => {
    const query = "x-amz-storage-class=STANDARD_IA&x-amz-meta-a=1&x-amz-meta-a-b=%C3%BC";
    expect(await ask(sign(Key, query))).toMatchObject({ status: 200 });
    expect(await head(Key)).toMatchObject({
      StorageClass: "STANDARD_IA",
      Metadata: { a: "1", "a-b": expect.stringContaining("=?UTF-8?") },
    });
  });

  test(`says Content-Type ${isV4 ? "too" : "only for the header to say it as well"}`, async () => {
    const url = sign(Key, "content-type=text%2Fplain");
    const header = { headers: { "content-type": "text/plain" } };
    expect((await ask(url)).status).toBe(isV4 ? 200 : 403);
    expect((await ask(url, header)).status).toBe(200);
    expect(await head(Key)).toMatchObject({ ContentType: "text/plain" });
  });

  test("may come with the same headers, not with others", async () => {
    const query = "content-type=text%2Fplain&x-amz-acl=private";
    const url = sign(Key, query);
    const same = { "content-type": "text/plain", ...(isV4 ? {} : { "x-amz-acl": "private" }) };
    expect(await ask(url, { headers: same })).toMatchObject({ status: 200 });
    const refused = { status: 403, code: "SignatureDoesNotMatch" };
    expect(await ask(url, { headers: { "content-type": "text/html" } })).toMatchObject(refused);
    const acl = { headers: { "x-amz-acl": "public-read" } };
    expect((await ask(url, acl)).status).toBe(403);
    expect((await ask(sign(Key, ""), acl)).status).toBe(403);
  });

  test.each([
    "x-amz-acl=public-read",
    "x-amz-copy-source=presigned%2Fsource",
    "X-Amz-Storage-Class=GLACIER",
  ])("can't be given more afterwards: %s", async (member) => {
    const [path, given] = sign(Key, "x-amz-meta-a=1").split("?");
    for (const changed of [`${given}&${member}`, `${member}&${given}`])
      expect(await ask(`${path}?${changed}`), changed).toMatchObject({
        status: 403,
        code: "SignatureDoesNotMatch",
      });
    expect((await ask(`${path}?${given?.replace("meta-a=1", "meta-a=2")}`)).status).toBe(403);
  });

  test("has each of them once, and no line break in one", async () => {
    for (const query of [
      "x-amz-acl=private&x-amz-acl=public-read",
      "X-Amz-Acl=private&x-amz-acl=private",
      "x-amz-meta-a=1%0Ax-amz-acl%3Apublic-read",
      "x-amz-meta-a%3A1%0Ax-amz-acl=public-read",
    ])
      expect(await ask(sign(Key, query)), query).toMatchObject({
        status: 400,
        code: "AuthorizationQueryParametersError",
      });
  });
});

describe("conditions that are signed into a URL of version 4", () => {
  const conditional = (method: string, query: string) =>
    use(
      `http://${host}${presignV4(host, { method, path: `/${Bucket}/source`, query })}`,
      method,
      method === "PUT" ? { body: "source" } : {},
    );

  test("If-None-Match and If-Match decide about writing", async () => {
    const { ETag = "" } = await head("source");
    const etag = encodeURIComponent(ETag);
    expect(await conditional("PUT", "If-None-Match=%2A")).toMatchObject({
      status: 412,
      code: "PreconditionFailed",
    });
    expect(await conditional("PUT", "if-match=%22other%22")).toMatchObject({ status: 412 });
    expect(await conditional("PUT", `if-match=${etag}`)).toMatchObject({ status: 200 });
  });

  test("and about reading, dates too", async () => {
    const { ETag = "" } = await head("source");
    const etag = encodeURIComponent(ETag);
    expect(await conditional("GET", `if-none-match=${etag}`)).toMatchObject({ status: 304 });
    expect(await conditional("GET", "if-match=%22other%22")).toMatchObject({ status: 412 });
    const longAgo = encodeURIComponent(new Date(0).toUTCString());
    expect(await conditional("GET", `if-unmodified-since=${longAgo}`)).toMatchObject({
      status: 412,
    });
  });
});

test("headers named in SignedHeaders may come in the query instead", async () => {
  // The SDK for JavaScript's second version does so with x-amz-server-side-encryption.
  const query = "x-amz-server-side-encryption=AES256";
  const headers = { "x-amz-server-side-encryption": "AES256" };
  const url = presignV4(host, { method: "PUT", path: `/${Bucket}/sse`, query, headers });
  expect((await use(`http://${host}${url}`, "PUT", { body: "x" })).status).toBe(200);
  expect((await use(`http://${host}${url}`, "PUT", { body: "x", headers })).status).toBe(200);
  const other = { "x-amz-server-side-encryption": "aws:kms" };
  expect(await use(`http://${host}${url}`, "PUT", { headers: other })).toMatchObject({
    code: "SignatureDoesNotMatch",
  });
});
