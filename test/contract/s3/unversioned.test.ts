import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../support/test-server.ts";

const Bucket = "unversioned";
let server: TestServer;
let client: s3.S3Client;
beforeAll(async () => {
  server = await startTestServer();
  client = server.clients().s3;
  await client.send(new s3.CreateBucketCommand({ Bucket }));
  for (const Key of ["a", "d/1", "d/2", "z"])
    await client.send(new s3.PutObjectCommand({ Bucket, Key, Body: Key }));
});
afterAll(() => server?.close());

type Listing = Partial<s3.ListObjectVersionsCommandInput>;
const list = (input: Listing = {}) =>
  client.send(new s3.ListObjectVersionsCommand({ Bucket, ...input }));

test("every object is its own latest version", async () => {
  const { Versions, DeleteMarkers, IsTruncated } = await list();
  expect(Versions?.map(({ Key }) => Key)).toEqual(["a", "d/1", "d/2", "z"]);
  expect(Versions?.[0]).toMatchObject({
    VersionId: "null",
    IsLatest: true,
    ETag: '"0cc175b9c0f1b6a831c399e269772661"',
    Size: 1,
    StorageClass: "STANDARD",
    Owner: { ID: expect.any(String) },
  });
  expect([DeleteMarkers, IsTruncated]).toEqual([undefined, false]);
});

test("pages go on from both markers", async () => {
  const seen: unknown[] = [];
  let page: Listing = {};
  for (;;) {
    const answer = await list({ ...page, Delimiter: "/", MaxKeys: 1 });
    seen.push(answer.Versions?.[0]?.Key ?? answer.CommonPrefixes?.[0]?.Prefix);
    if (!answer.IsTruncated) break;
    page = { KeyMarker: answer.NextKeyMarker, VersionIdMarker: answer.NextVersionIdMarker };
  }
  expect(seen).toEqual(["a", "d/", "z"]);
  await expect(list({ VersionIdMarker: "null" })).rejects.toMatchObject({
    name: "InvalidArgument",
    message: "A version-id marker cannot be specified without a key marker.",
  });
});

test("attributes are those that were asked for", async () => {
  const read = (ObjectAttributes: s3.ObjectAttributes[], Key = "a") =>
    client.send(new s3.GetObjectAttributesCommand({ Bucket, Key, ObjectAttributes }));
  const { $metadata, LastModified, ...some } = await read(["ETag", "ObjectSize"]);
  expect(some).toEqual({ ETag: "0cc175b9c0f1b6a831c399e269772661", ObjectSize: 1 });
  expect(LastModified).toBeInstanceOf(Date);
  expect(await read(["Checksum", "StorageClass", "ObjectParts"])).toMatchObject({
    Checksum: { ChecksumCRC32: expect.any(String), ChecksumType: "FULL_OBJECT" },
    StorageClass: "STANDARD",
  });
  await expect(read(["ETag"], "absent")).rejects.toMatchObject({ name: "NoSuchKey" });
  await expect(read(["Colour" as s3.ObjectAttributes])).rejects.toMatchObject({
    name: "InvalidArgument",
  });
});

test.each([
  ["SHA256", "COMPOSITE", 2],
  ["CRC32", "FULL_OBJECT", undefined],
] as const)("an upload with %s (%s) shows its parts", async (algorithm, type, listed) => {
  const Key = `upload-${type}`;
  const { UploadId } = await client.send(
    new s3.CreateMultipartUploadCommand({
      Bucket,
      Key,
      ChecksumAlgorithm: algorithm,
      ChecksumType: type,
    }),
  );
  const member = algorithm === "SHA256" ? "ChecksumSHA256" : "ChecksumCRC32";
  const Parts: s3.CompletedPart[] = [];
  for (const PartNumber of [1, 2]) {
    const Body = new Uint8Array(PartNumber === 1 ? 5 * 1024 * 1024 : 10);
    const { $metadata, ...part } = await client.send(
      new s3.UploadPartCommand({
        Bucket,
        Key,
        UploadId,
        PartNumber,
        Body,
        ChecksumAlgorithm: algorithm,
      }),
    );
    Parts.push({ ...part, PartNumber });
  }
  const { [member]: value } = await client.send(
    new s3.CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }),
  );
  const { Checksum, ObjectParts } = await client.send(
    new s3.GetObjectAttributesCommand({
      Bucket,
      Key,
      ObjectAttributes: ["Checksum", "ObjectParts"],
    }),
  );
  // The number of parts is a member of its own here, and at the value's end everywhere else.
  expect(Checksum?.[member]).toBe(value?.replace(/-2$/, ""));
  expect(ObjectParts?.TotalPartsCount).toBe(2);
  expect(ObjectParts?.Parts?.length).toBe(listed);
  if (listed) expect(ObjectParts?.Parts?.[1]).toMatchObject({ PartNumber: 2, Size: 10 });
  const ofPart = await client.send(
    new s3.GetObjectCommand({ Bucket, Key, PartNumber: 2, ChecksumMode: "ENABLED" }),
  );
  expect(ofPart[member]).toBe(listed && Parts[1]?.[member]);
  const CopySource = `${Bucket}/${Key}`;
  const copy = await client.send(
    new s3.CopyObjectCommand({ Bucket, Key: `${Key}-copy`, CopySource }),
  );
  expect(copy.CopyObjectResult).toEqual({
    ETag: expect.any(String),
    LastModified: expect.any(Date),
    [member]: expect.any(String),
    ChecksumType: "FULL_OBJECT",
  });
  const { ChecksumType } = await client.send(
    new s3.HeadObjectCommand({ Bucket, Key: `${Key}-copy`, ChecksumMode: "ENABLED" }),
  );
  expect(ChecksumType).toBe("FULL_OBJECT");
});

test("all versions are deleted as clean-ups do it", async () => {
  const { Versions = [] } = await list();
  const Objects = Versions.map(({ Key, VersionId }) => ({ Key, VersionId }));
  const { Deleted, Errors } = await client.send(
    new s3.DeleteObjectsCommand({ Bucket, Delete: { Objects } }),
  );
  expect([Deleted, Errors]).toEqual([Objects, undefined]);
  expect((await list()).Versions).toBeUndefined();
});
