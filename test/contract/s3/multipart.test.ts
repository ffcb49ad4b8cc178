import { createHash } from "node:crypto";
import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sendSigned } from "../../support/signed-request.ts";
import { type Clients, startTestServer, type TestServer } from "../../support/test-server.ts";

const BUCKET = "multipart-contract";
const MIB = 1024 * 1024;
const FIVE = Buffer.alloc(5 * MIB, "five");
const SMALL = Buffer.from("the end");

let server: TestServer;
let client: Clients["s3"];

beforeAll(async () => {
  server = await startTestServer();
  client = server.clients().s3;
  await client.send(new s3.CreateBucketCommand({ Bucket: BUCKET }));
});
afterAll(() => server?.close());

async function begin(Key: string, input: Partial<s3.CreateMultipartUploadCommandInput> = {}) {
  const { UploadId } = await client.send(
    new s3.CreateMultipartUploadCommand({ Bucket: BUCKET, Key, ...input }),
  );
  const ids = { Bucket: BUCKET, Key, UploadId };
  const put = async (PartNumber: number, Body: Uint8Array, more: object = {}) => {
    const part = await client.send(new s3.UploadPartCommand({ ...ids, PartNumber, Body, ...more }));
    // S3 keeps no part checksum that the upload doesn't ask for, and wants none back.
    return input.ChecksumAlgorithm ? { ...part, PartNumber } : { PartNumber, ETag: part.ETag };
  };
  const complete = (Parts: s3.CompletedPart[], more: object = {}) =>
    client.send(
      new s3.CompleteMultipartUploadCommand({ ...ids, MultipartUpload: { Parts }, ...more }),
    );
  return { ids, put, complete };
}

function etagOf(...parts: Buffer[]): string {
  const md5s = parts.map((part) => createHash("md5").update(part).digest());
  return `"${createHash("md5").update(Buffer.concat(md5s)).digest("hex")}-${parts.length}"`;
}

describe("CompleteMultipartUpload", () => {
  test("makes one object of the parts, with what the upload began with", async () => {
    const upload = await begin("made", { ContentType: "video/mp4", Metadata: { a: "1" } });
    const one = await upload.put(1, FIVE);
    await upload.put(2, Buffer.from("left out"));
    const three = await upload.put(3, SMALL);
    const listed = await client.send(new s3.ListPartsCommand({ ...upload.ids, MaxParts: 2 }));
    expect(listed.Parts?.map((part) => [part.PartNumber, part.Size])).toEqual([
      [1, FIVE.length],
      [2, 8],
    ]);
    expect(listed).toMatchObject({ IsTruncated: true, NextPartNumberMarker: "2" });
    const done = await upload.complete([one, three]);
    expect(done.ETag).toBe(etagOf(FIVE, SMALL));
    expect(done.Location).toContain(`/${BUCKET}/made`);
    const got = await client.send(new s3.GetObjectCommand({ Bucket: BUCKET, Key: "made" }));
    const bytes = Buffer.from((await got.Body?.transformToByteArray()) ?? []);
    expect(bytes.equals(Buffer.concat([FIVE, SMALL]))).toBe(true);
    expect(got).toMatchObject({ ContentType: "video/mp4", Metadata: { a: "1" } });
    // Once more, as a client does that lost the answer.
    expect((await upload.complete([one, three])).ETag).toBe(done.ETag);
    const others = [[one], [one, { ...three, PartNumber: 4 }], [one, { ...three, ETag: one.ETag }]];
    for (const parts of others)
      await expect(upload.complete(parts)).rejects.toMatchObject({ name: "NoSuchUpload" });
    await expect(upload.put(4, SMALL)).rejects.toMatchObject({ name: "NoSuchUpload" });
  });

  test("a part that is put again replaces the one before", async () => {
    const upload = await begin("replaced-part");
    await upload.put(1, Buffer.from("first"));
    const one = await upload.put(1, Buffer.from("second"));
    await upload.complete([one]);
    const got = await client.send(
      new s3.GetObjectCommand({ Bucket: BUCKET, Key: "replaced-part" }),
    );
    expect(await got.Body?.transformToString()).toBe("second");
  });

  test("refuses parts out of order, unknown, small ones in the middle, and none", async () => {
    const upload = await begin("refused");
    const one = await upload.put(1, SMALL);
    const two = await upload.put(2, SMALL);
    const refusals: readonly [s3.CompletedPart[], string][] = [
      [[two, one], "InvalidPartOrder"],
      [[one, one], "InvalidPartOrder"],
      [[{ ...one, PartNumber: 3 }], "InvalidPart"],
      [[{ PartNumber: 1, ETag: '"0"' }], "InvalidPart"],
      [[one, two], "EntityTooSmall"],
      [[], "MalformedXML"],
    ];
    for (const [parts, name] of refusals) {
      await expect(upload.complete(parts)).rejects.toMatchObject({ name });
    }
    await expect(upload.put(10_001, SMALL)).rejects.toMatchObject({ name: "InvalidArgument" });
    await upload.complete([one], { IfNoneMatch: "*", MpuObjectSize: SMALL.length });
    const again = await begin("refused");
    const part = await again.put(1, SMALL);
    await expect(again.complete([part], { IfNoneMatch: "*" })).rejects.toMatchObject({
      name: "PreconditionFailed",
    });
    // An object that came or went since the upload began is a conflict, not a broken condition.
    await client.send(new s3.DeleteObjectCommand({ Bucket: BUCKET, Key: "refused" }));
    await expect(again.complete([part], { IfNoneMatch: "*" })).rejects.toMatchObject({
      name: "ConditionalRequestConflict",
      Condition: "If-None-Match",
      Key: "refused",
    });
  });
});

describe("checksums of uploads", () => {
  test("a composite one is the checksum of the parts' checksums", async () => {
    const upload = await begin("composite", { ChecksumAlgorithm: "SHA256" });
    const one = await upload.put(1, FIVE, { ChecksumAlgorithm: "SHA256" });
    const two = await upload.put(2, SMALL, { ChecksumAlgorithm: "SHA256" });
    const sums = [FIVE, SMALL].map((part) => createHash("sha256").update(part).digest());
    const value = createHash("sha256").update(Buffer.concat(sums)).digest("base64");
    await expect(
      upload.complete([
        { PartNumber: 1, ETag: one.ETag },
        { PartNumber: 2, ETag: two.ETag },
      ]),
    ).rejects.toMatchObject({ name: "InvalidRequest" });
    expect(await upload.complete([one, two])).toMatchObject({
      ChecksumSHA256: `${value}-2`,
      ChecksumType: "COMPOSITE",
    });
  });

  test.each(["CRC32", "CRC32C", "CRC64NVME"] as const)(
    "a full-object %s is that of the same bytes put whole",
    async (ChecksumAlgorithm) => {
      const member = `Checksum${ChecksumAlgorithm}` as const;
      const Key = `full-${ChecksumAlgorithm}`;
      const upload = await begin(Key, { ChecksumAlgorithm, ChecksumType: "FULL_OBJECT" });
      const algorithm = ChecksumAlgorithm === "CRC64NVME" ? {} : { ChecksumAlgorithm };
      const silent = ChecksumAlgorithm === "CRC64NVME" ? withoutChecksums() : client;
      const parts: s3.CompletedPart[] = [];
      for (const [index, Body] of [FIVE, SMALL].entries()) {
        const PartNumber = index + 1;
        const { ETag } = await silent.send(
          new s3.UploadPartCommand({ ...upload.ids, PartNumber, Body, ...algorithm }),
        );
        parts.push({ PartNumber, ETag });
      }
      const claimed = { [member]: "AAAAAA==", ChecksumType: "FULL_OBJECT" };
      await expect(upload.complete(parts, claimed)).rejects.toMatchObject({ name: "BadDigest" });
      // A value without its type is compared with nothing.
      const { [member]: value } = await client.send(
        new s3.PutObjectCommand({
          Bucket: BUCKET,
          Key: "to-compare",
          Body: Buffer.concat([FIVE, SMALL]),
          ChecksumAlgorithm,
        }),
      );
      await expect(upload.complete(parts, { [member]: value })).rejects.toMatchObject({
        name: "BadDigest",
      });
      await upload.complete(parts, { [member]: value, ChecksumType: "FULL_OBJECT" });
      const read = async (key: string) =>
        (
          await client.send(
            new s3.HeadObjectCommand({ Bucket: BUCKET, Key: key, ChecksumMode: "ENABLED" }),
          )
        )[member];
      const Body = Buffer.concat([FIVE, SMALL]);
      await silent.send(
        new s3.PutObjectCommand({ Bucket: BUCKET, Key: "whole", Body, ...algorithm }),
      );
      expect(await read(Key)).toBe(await read("whole"));
      expect(await read(Key)).toBeDefined();
    },
  );

  test("algorithm and type must fit, and parts must keep to the algorithm", async () => {
    const refusals: readonly Partial<s3.CreateMultipartUploadCommandInput>[] = [
      { ChecksumAlgorithm: "SHA256", ChecksumType: "FULL_OBJECT" },
      { ChecksumAlgorithm: "CRC64NVME", ChecksumType: "COMPOSITE" },
    ];
    for (const input of refusals) {
      await expect(begin("unfit", input)).rejects.toMatchObject({ name: "InvalidRequest" });
    }
    await expect(
      begin("unfit", { ChecksumAlgorithm: "TEST" as s3.ChecksumAlgorithm }),
    ).rejects.toMatchObject({
      message: expect.stringMatching(/types: \[CRC32, .*SHA256, SHA512, .*\]$/),
    });
    const upload = await begin("unfit", { ChecksumAlgorithm: "SHA1" });
    await expect(upload.put(1, SMALL, { ChecksumAlgorithm: "SHA256" })).rejects.toMatchObject({
      name: "InvalidRequest",
    });
  });
});

test("an empty part is read as nothing, with no range of bytes", async () => {
  const ids = { Bucket: "empty-parts", Key: "empty" };
  await client.send(new s3.CreateBucketCommand({ Bucket: ids.Bucket }));
  const { UploadId } = await client.send(new s3.CreateMultipartUploadCommand(ids));
  const upload = { ...ids, UploadId };
  const part = { PartNumber: 1, Body: new Uint8Array() };
  const { ETag } = await client.send(new s3.UploadPartCommand({ ...upload, ...part }));
  const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
  await client.send(new s3.CompleteMultipartUploadCommand({ ...upload, MultipartUpload }));
  const read = await client.send(new s3.GetObjectCommand({ ...ids, PartNumber: 1 }));
  expect(read).toMatchObject({
    ContentLength: 0,
    PartsCount: 1,
    $metadata: { httpStatusCode: 200 },
  });
  expect(read.ContentRange).toBeUndefined();
});

function withoutChecksums(): s3.S3Client {
  return new s3.S3Client({
    endpoint: server.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    forcePathStyle: true,
    requestChecksumCalculation: "WHEN_REQUIRED",
  });
}

test.each([
  ["upload-locations.s3.localhost", ""],
  ["localhost:4566", "/upload-locations"],
])("a completed upload is where it was completed, below %s", async (host, prefix) => {
  const ids = { Bucket: "upload-locations", Key: "a b/c+d" };
  await client.send(new s3.CreateBucketCommand({ Bucket: ids.Bucket }));
  const { UploadId = "" } = await client.send(new s3.CreateMultipartUploadCommand(ids));
  const { ETag } = await client.send(
    new s3.UploadPartCommand({ ...ids, UploadId, PartNumber: 1, Body: "part" }),
  );
  const part = `<Part><PartNumber>1</PartNumber><ETag>${ETag}</ETag></Part>`;
  const body = `<CompleteMultipartUpload>${part}</CompleteMultipartUpload>`;
  const path = `${prefix}/a%20b/c%2Bd`;
  const request = { method: "POST", path, query: { uploadId: UploadId }, headers: { host }, body };
  const answer = await sendSigned(server.endpoint, request, { service: "s3" });
  expect(answer.body).toContain(`<Location>http://${host}${path}</Location>`);
});

test("UploadPartCopy takes a part from an object, or a range of it", async () => {
  await client.send(new s3.PutObjectCommand({ Bucket: BUCKET, Key: "source", Body: FIVE }));
  const upload = await begin("copied");
  const copy = async (PartNumber: number, CopySourceRange?: string) => {
    const { CopyPartResult } = await client.send(
      new s3.UploadPartCopyCommand({
        ...upload.ids,
        PartNumber,
        CopySource: `${BUCKET}/source`,
        CopySourceRange,
      }),
    );
    return { PartNumber, ETag: CopyPartResult?.ETag };
  };
  const parts = [await copy(1), await copy(2, "bytes=1-9")];
  await expect(copy(3, "bytes=5-")).rejects.toMatchObject({ name: "InvalidArgument" });
  await expect(copy(3, `bytes=0-${FIVE.length}`)).rejects.toMatchObject({
    name: "InvalidArgument",
  });
  const done = await upload.complete(parts);
  expect(done.ETag).toBe(etagOf(FIVE, FIVE.subarray(1, 10)));
});

test("uploads in progress are listed until they are completed or aborted", async () => {
  const first = await begin("up/a");
  const second = await begin("up/a");
  await begin("up/b/c");
  const list = (input: Partial<s3.ListMultipartUploadsCommandInput>) =>
    client.send(new s3.ListMultipartUploadsCommand({ Bucket: BUCKET, Prefix: "up/", ...input }));
  const ids = (output: s3.ListMultipartUploadsCommandOutput) =>
    output.Uploads?.map((upload) => upload.UploadId);
  const grouped = await list({ Delimiter: "/" });
  expect(ids(grouped)).toEqual(
    [first.ids.UploadId, second.ids.UploadId].toSorted((a, b) => ((a ?? "") < (b ?? "") ? -1 : 1)),
  );
  expect(grouped.CommonPrefixes).toEqual([{ Prefix: "up/b/" }]);
  // The markers are there on the last page too, which nothing follows.
  const last = await list({ Prefix: "up/b/" });
  expect([last.IsTruncated, last.NextKeyMarker, last.NextUploadIdMarker]).toEqual([
    false,
    "up/b/c",
    last.Uploads?.[0]?.UploadId,
  ]);
  const seen: (string | undefined)[] = [];
  let page = await list({ MaxUploads: 1 });
  for (;;) {
    seen.push(...(ids(page) ?? []));
    if (!page.IsTruncated) break;
    const { NextKeyMarker: KeyMarker, NextUploadIdMarker: UploadIdMarker } = page;
    page = await list({ MaxUploads: 1, KeyMarker, UploadIdMarker });
  }
  expect(new Set(seen).size).toBe(3);
  expect(seen).toHaveLength(3);
  await client.send(new s3.AbortMultipartUploadCommand(first.ids));
  expect(ids(await list({}))).toHaveLength(2);
});

test("an upload that has ended may be aborted, and nothing happens", async () => {
  const abort = (input: object) =>
    client.send(new s3.AbortMultipartUploadCommand({ ...upload.ids, ...input })).then(
      ({ $metadata }) => $metadata.httpStatusCode,
      ({ name }: Error) => name,
    );
  const upload = await begin("ended");
  const part = await upload.put(1, SMALL);
  expect(await abort({ Key: "other" })).toBe("NoSuchUpload");
  expect(await abort({ UploadId: "definitely-wrong-upload-id" })).toBe("NoSuchUpload");
  await upload.complete([part]);
  expect(await abort({})).toBe(204);
  const { ETag } = await client.send(new s3.HeadObjectCommand({ Bucket: BUCKET, Key: "ended" }));
  expect(ETag).toBe(etagOf(SMALL));
  await client.send(new s3.DeleteObjectCommand({ Bucket: BUCKET, Key: "ended" }));
  expect(await abort({})).toBe(204);
  const aborted = await begin("ended");
  expect([await abort(aborted.ids), await abort(aborted.ids)]).toEqual([204, 204]);
  await expect(aborted.put(1, SMALL)).rejects.toMatchObject({ name: "NoSuchUpload" });
});

test("an object of an upload has the date of the upload's beginning", async () => {
  const upload = await begin("dated");
  const { Uploads } = await client.send(
    new s3.ListMultipartUploadsCommand({ Bucket: BUCKET, Prefix: "dated" }),
  );
  const begun = Math.floor((Uploads?.[0]?.Initiated?.getTime() ?? 0) / 1000) * 1000;
  await client.send(new s3.PutObjectCommand({ Bucket: BUCKET, Key: "dated", Body: "replaced" }));
  await expect.poll(() => Date.now() - begun).toBeGreaterThan(2000);
  await upload.complete([await upload.put(1, SMALL)]);
  const head = await client.send(new s3.HeadObjectCommand({ Bucket: BUCKET, Key: "dated" }));
  expect([head.LastModified?.getTime(), head.ETag]).toEqual([begun, etagOf(SMALL)]);
  const listed = await client.send(
    new s3.ListObjectsV2Command({ Bucket: BUCKET, Prefix: "dated" }),
  );
  expect(listed.Contents?.[0]?.LastModified?.getTime()).toBe(begun);
});
