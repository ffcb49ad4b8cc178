import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Clients, startTestServer, type TestServer } from "../../support/test-server.ts";

const BUCKET = "objects-contract";
let server: TestServer;
let client: Clients["s3"];

beforeAll(async () => {
  server = await startTestServer();
  client = server.clients().s3;
  await client.send(new s3.CreateBucketCommand({ Bucket: BUCKET }));
});
afterAll(() => server?.close());

function put(input: Omit<s3.PutObjectCommandInput, "Bucket">) {
  return client.send(new s3.PutObjectCommand({ Bucket: BUCKET, ...input }));
}

async function get(input: Omit<s3.GetObjectCommandInput, "Bucket">) {
  const output = await client.send(new s3.GetObjectCommand({ Bucket: BUCKET, ...input }));
  return { ...output, text: (await output.Body?.transformToString()) ?? "" };
}

describe("PutObject and GetObject", () => {
  test("keep bytes, headers, user metadata and tags", async () => {
    const expires = new Date("2030-01-01T00:00:00Z");
    const stored = await put({
      Key: "full",
      Body: "hello",
      ContentType: "text/plain; charset=utf-8",
      CacheControl: "max-age=60",
      ContentDisposition: 'attachment; filename="a.txt"',
      ContentEncoding: "identity",
      ContentLanguage: "en",
      Expires: expires,
      Metadata: { Colour: "blue", empty: "" },
      Tagging: "team=a%20b&x=",
    });
    expect(stored.ETag).toBe('"5d41402abc4b2a76b9719d911017c592"');
    const got = await get({ Key: "full" });
    expect(got.text).toBe("hello");
    expect(got).toMatchObject({
      ETag: '"5d41402abc4b2a76b9719d911017c592"',
      ContentLength: 5,
      ContentType: "text/plain; charset=utf-8",
      CacheControl: "max-age=60",
      ContentDisposition: 'attachment; filename="a.txt"',
      ContentEncoding: "identity",
      ContentLanguage: "en",
      Metadata: { colour: "blue", empty: "" },
      TagCount: 2,
      AcceptRanges: "bytes",
    });
    expect(new Date(got.ExpiresString ?? "")).toEqual(expires);
    const { TagSet } = await client.send(
      new s3.GetObjectTaggingCommand({ Bucket: BUCKET, Key: "full" }),
    );
    expect(TagSet).toEqual([
      { Key: "team", Value: "a b" },
      { Key: "x", Value: "" },
    ]);
  });

  test("a missing key is NoSuchKey, a missing bucket NoSuchBucket", async () => {
    await expect(get({ Key: "missing" })).rejects.toMatchObject({
      name: "NoSuchKey",
      Key: "missing",
    });
    await expect(
      client.send(new s3.GetObjectCommand({ Bucket: "no-such-bucket-here", Key: "x" })),
    ).rejects.toMatchObject({ name: "NoSuchBucket", BucketName: "no-such-bucket-here" });
    await expect(
      client.send(new s3.HeadObjectCommand({ Bucket: BUCKET, Key: "missing" })),
    ).rejects.toMatchObject({ $metadata: { httpStatusCode: 404 } });
  });

  test.each([
    "plain",
    "a/b//c/./../d",
    "../../etc/passwd",
    "/leading",
    "trailing/",
    "sp ace+plus%percent",
    "q?uery&amp=1#hash",
    "quote'\"<>&",
    "ünïcödé-✓-𝄞",
    "tab\tnewline\nbell\u0007",
    "!*'();:@&=+$,[]~^`{}|\\",
    "z".repeat(1024),
  ])("the key %j comes back as it was, in listings too", async (Key) => {
    await put({ Key, Body: Key });
    expect((await get({ Key })).text).toBe(Key);
    const listed = await client.send(
      new s3.ListObjectsV2Command({ Bucket: BUCKET, Prefix: Key, EncodingType: "url" }),
    );
    expect(listed.Contents?.map((object) => decodeURIComponent(object.Key ?? ""))).toContain(Key);
    await client.send(new s3.DeleteObjectCommand({ Bucket: BUCKET, Key }));
    await expect(get({ Key })).rejects.toMatchObject({ name: "NoSuchKey" });
  });

  test("a key of more than 1,024 bytes is too long", async () => {
    await expect(put({ Key: "é".repeat(513), Body: "x" })).rejects.toMatchObject({
      name: "KeyTooLongError",
    });
  });

  test("response-* members stand in for stored headers", async () => {
    await put({ Key: "override", Body: "x", ContentType: "text/plain" });
    const got = await get({
      Key: "override",
      ResponseContentType: "application/json",
      ResponseCacheControl: "no-store",
    });
    expect(got).toMatchObject({ ContentType: "application/json", CacheControl: "no-store" });
    const ResponseContentDisposition = 'attachment; filename="漢.txt"';
    await expect(get({ Key: "override", ResponseContentDisposition })).rejects.toMatchObject({
      name: "InvalidArgument",
      ArgumentName: "response-content-disposition",
      ArgumentValue: ResponseContentDisposition,
    });
  });

  test("overwriting while somebody reads leaves the reader the old bytes", async () => {
    const size = 8 * 1024 * 1024;
    await put({ Key: "replaced", Body: Buffer.alloc(size, 1) });
    const { Body } = await client.send(
      new s3.GetObjectCommand({ Bucket: BUCKET, Key: "replaced" }),
    );
    await put({ Key: "replaced", Body: Buffer.alloc(size, 2) });
    const bytes = Buffer.from((await Body?.transformToByteArray()) ?? []);
    expect(bytes.equals(Buffer.alloc(size, 1))).toBe(true);
  });
});

describe("conditions", () => {
  test.each([
    [{ IfMatch: "ETAG" }, 200],
    [{ IfMatch: '"other"' }, 412],
    [{ IfMatch: "*" }, 200],
    [{ IfNoneMatch: "ETAG" }, 304],
    [{ IfNoneMatch: '"other"' }, 200],
    [{ IfModifiedSince: "before" }, 200],
    [{ IfModifiedSince: "now" }, 304],
    // S3 looks past a time that is still to come.
    [{ IfModifiedSince: "after" }, 200],
    [{ IfUnmodifiedSince: "before" }, 412],
    [{ IfUnmodifiedSince: "after" }, 200],
    // An entity tag outranks a date.
    [{ IfMatch: "ETAG", IfUnmodifiedSince: "before" }, 200],
    [{ IfNoneMatch: '"other"', IfModifiedSince: "after" }, 200],
    [{ IfNoneMatch: "ETAG", IfModifiedSince: "before" }, 304],
  ] as const)("%j answers %i", async (conditions, expected) => {
    const { ETag } = await put({ Key: "conditional", Body: "x" });
    const hour = 3_600_000;
    const times: Record<string, Date | string | undefined> = {
      ETAG: ETag,
      before: new Date(Date.now() - hour),
      now: new Date(),
      after: new Date(Date.now() + hour),
    };
    const input = Object.fromEntries(
      Object.entries(conditions).map(([name, value]) => [name, times[value] ?? value]),
    );
    const status = await get({ Key: "conditional", ...input }).then(
      (output) => output.$metadata.httpStatusCode,
      (error: s3.S3ServiceException) => error.$metadata.httpStatusCode,
    );
    expect(status).toBe(expected);
  });

  test("If-None-Match: * creates only, and If-Match replaces only what it names", async () => {
    const first = await put({ Key: "once", Body: "1", IfNoneMatch: "*" });
    await expect(put({ Key: "once", Body: "2", IfNoneMatch: "*" })).rejects.toMatchObject({
      name: "PreconditionFailed",
    });
    await expect(put({ Key: "once", Body: "2", IfMatch: '"other"' })).rejects.toMatchObject({
      name: "PreconditionFailed",
    });
    await put({ Key: "once", Body: "2", IfMatch: first.ETag });
    expect((await get({ Key: "once" })).text).toBe("2");
    await expect(put({ Key: "never", Body: "2", IfMatch: first.ETag })).rejects.toMatchObject({
      name: "NoSuchKey",
    });
  });

  test("of many concurrent creations exactly one succeeds", async () => {
    const attempts = Array.from({ length: 20 }, (_, i) =>
      put({ Key: "race", Body: String(i), IfNoneMatch: "*" }).then(
        () => i,
        () => undefined,
      ),
    );
    const winners = (await Promise.all(attempts)).filter((i) => i !== undefined);
    expect(winners).toHaveLength(1);
    expect((await get({ Key: "race" })).text).toBe(String(winners[0]));
  });
});

describe("DeleteObjects", () => {
  test("lists what it deleted, and is quiet when asked", async () => {
    await put({ Key: "d/1", Body: "x" });
    const verbose = await client.send(
      new s3.DeleteObjectsCommand({
        Bucket: BUCKET,
        Delete: { Objects: [{ Key: "d/1" }, { Key: "d/none" }, { Key: "d/1", VersionId: "v" }] },
      }),
    );
    expect(verbose.Deleted).toEqual([{ Key: "d/1" }, { Key: "d/none" }]);
    expect(verbose.Errors).toMatchObject([{ Key: "d/1", Code: "NoSuchVersion" }]);
    const quiet = await client.send(
      new s3.DeleteObjectsCommand({
        Bucket: BUCKET,
        Delete: { Objects: [{ Key: "d/1" }], Quiet: true },
      }),
    );
    expect(quiet.Deleted).toBeUndefined();
  });

  test("has one entity tag for each object, of what is there without a version", async () => {
    const { ETag = "" } = await put({ Key: "d/2", Body: "x" });
    const remove = async (object: Omit<s3.ObjectIdentifier, "Key">) => {
      const Delete = { Objects: [{ Key: "d/2", ...object }] };
      const answer = await client.send(new s3.DeleteObjectsCommand({ Bucket: BUCKET, Delete }));
      return answer.Errors?.[0]?.Code ?? answer.Deleted?.[0]?.Key;
    };
    expect(await remove({ ETag: `"0", ${ETag}` })).toBe("PreconditionFailed");
    expect(await remove({ ETag, VersionId: "null" })).toBe("NotImplemented");
    expect(await remove({ ETag })).toBe("d/2");
    expect(await remove({ ETag: "*" })).toBe("NoSuchKey");
  });

  test("takes at most 1,000 keys", async () => {
    const Objects = Array.from({ length: 1001 }, (_, i) => ({ Key: `k${i}` }));
    await expect(
      client.send(new s3.DeleteObjectsCommand({ Bucket: BUCKET, Delete: { Objects } })),
    ).rejects.toMatchObject({ name: "MalformedXML" });
  });
});

describe("CopyObject", () => {
  const copy = (input: Omit<s3.CopyObjectCommandInput, "Bucket">) =>
    client.send(new s3.CopyObjectCommand({ Bucket: BUCKET, ...input }));

  test("copies attributes and tags, or replaces them when asked to", async () => {
    const Key = "copy/source ü+.txt";
    await put({ Key, Body: "bytes", ContentType: "text/x", Metadata: { a: "1" }, Tagging: "t=1" });
    const CopySource = `${BUCKET}/${Key.split("/").map(encodeURIComponent).join("/")}`;
    const { CopyObjectResult } = await copy({ Key: "copy/same", CopySource });
    const same = await get({ Key: "copy/same" });
    expect(same.text).toBe("bytes");
    expect(same).toMatchObject({ ContentType: "text/x", Metadata: { a: "1" }, TagCount: 1 });
    expect(CopyObjectResult?.ETag).toBe(same.ETag);
    expect(CopyObjectResult?.ChecksumType).toBe("FULL_OBJECT");
    await copy({
      Key: "copy/new",
      CopySource: `${server.endpoint}/${CopySource}`,
      MetadataDirective: "REPLACE",
      TaggingDirective: "REPLACE",
      Metadata: { b: "2" },
      ChecksumAlgorithm: "SHA256",
    });
    const replaced = await get({ Key: "copy/new", ChecksumMode: "ENABLED" });
    expect(replaced).toMatchObject({ ContentType: "binary/octet-stream", Metadata: { b: "2" } });
    expect(replaced.TagCount).toBeUndefined();
    expect(replaced.ChecksumSHA256).toBeDefined();
    await client.send(new s3.DeleteObjectCommand({ Bucket: BUCKET, Key }));
    expect((await get({ Key: "copy/same" })).text).toBe("bytes");
  });

  test("onto itself needs a change, and its conditions fail with 412", async () => {
    await put({ Key: "self", Body: "x", Metadata: { a: "1" } });
    const CopySource = `${BUCKET}/self`;
    await expect(copy({ Key: "self", CopySource })).rejects.toMatchObject({
      name: "InvalidRequest",
    });
    await copy({ Key: "self", CopySource, MetadataDirective: "REPLACE", Metadata: { a: "2" } });
    expect(await get({ Key: "self" })).toMatchObject({ text: "x", Metadata: { a: "2" } });
    await expect(
      copy({ Key: "other", CopySource, CopySourceIfNoneMatch: "*" }),
    ).rejects.toMatchObject({ name: "PreconditionFailed" });
    await expect(copy({ Key: "other", CopySource: `${BUCKET}/missing` })).rejects.toMatchObject({
      name: "NoSuchKey",
    });
  });
});

describe("what isn't here says so", () => {
  test("ACLs, storage classes of other buckets and locks", async () => {
    const cases: readonly [Partial<s3.PutObjectCommandInput>, string][] = [
      [{ ACL: "public-read" }, "AccessControlListNotSupported"],
      [{ StorageClass: "OUTPOSTS" }, "InvalidStorageClass"],
      [{ ObjectLockLegalHoldStatus: "ON" }, "InvalidRequest"],
    ];
    for (const [input, name] of cases) {
      await expect(put({ Key: "refused", Body: "x", ...input })).rejects.toMatchObject({ name });
    }
    await expect(get({ Key: "refused" })).rejects.toMatchObject({ name: "NoSuchKey" });
  });
});
