import * as s3 from "@aws-sdk/client-s3";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sendSigned } from "../../support/signed-request.ts";
import { type Clients, startTestServer, type TestServer } from "../../support/test-server.ts";

const BUCKET = "ranges-contract";
/** Not a multiple of anything that bytes are read in. */
const SIZE = 700_001;
const BYTES = Buffer.from(Uint8Array.from({ length: SIZE }, (_, i) => (i * 31 + (i >> 8)) & 255));
const PART_SIZE = 5 * 1024 * 1024;

let server: TestServer;
let client: Clients["s3"];

beforeAll(async () => {
  server = await startTestServer();
  client = server.clients().s3;
  await client.send(new s3.CreateBucketCommand({ Bucket: BUCKET }));
  await client.send(new s3.PutObjectCommand({ Bucket: BUCKET, Key: "whole", Body: BYTES }));
  await client.send(
    new s3.PutObjectCommand({ Bucket: BUCKET, Key: "empty", Body: new Uint8Array() }),
  );
});
afterAll(() => server?.close());

async function getRange(Key: string, Range: string) {
  const output = await client.send(new s3.GetObjectCommand({ Bucket: BUCKET, Key, Range }));
  return { ...output, bytes: Buffer.from((await output.Body?.transformToByteArray()) ?? []) };
}

test("every range is the slice that it names", async () => {
  const offset = fc.integer({ min: 0, max: SIZE - 1 });
  const range = fc.oneof(
    fc.tuple(offset, fc.nat(SIZE * 2)).map(([from, length]) => [from, from + length] as const),
    fc.tuple(offset).map(([from]) => [from, undefined] as const),
    fc.integer({ min: 1, max: SIZE * 2 }).map((suffix) => [undefined, suffix] as const),
  );
  await fc.assert(
    fc.asyncProperty(range, async ([from, to]) => {
      const start = from ?? Math.max(0, SIZE - (to ?? 0));
      const end = from === undefined || to === undefined ? SIZE - 1 : Math.min(to, SIZE - 1);
      const output = await getRange("whole", `bytes=${from ?? ""}-${to ?? ""}`);
      expect(output.bytes.equals(BYTES.subarray(start, end + 1))).toBe(true);
      expect(output.ContentRange).toBe(`bytes ${start}-${end}/${SIZE}`);
      expect(output.ContentLength).toBe(end - start + 1);
      expect(output.$metadata.httpStatusCode).toBe(206);
    }),
    { numRuns: 60 },
  );
});

test("a checksum comes with a range that is the whole object", async () => {
  const read = (Range: string) =>
    client.send(
      new s3.GetObjectCommand({ Bucket: BUCKET, Key: "whole", Range, ChecksumMode: "ENABLED" }),
    );
  const whole = { ChecksumCRC32: expect.any(String), ChecksumType: "FULL_OBJECT" };
  expect(await read(`bytes=-${SIZE * 2}`)).toMatchObject(whole);
  expect(await read(`bytes=0-${SIZE}`)).toMatchObject(whole);
  expect((await read("bytes=1-")).ChecksumCRC32).toBeUndefined();
});

test("a range outside the object is 416, one that is no byte range is ignored", async () => {
  for (const [key, range] of [
    ["whole", `bytes=${SIZE}-`],
    ["whole", "bytes=-0"],
    ["empty", "bytes=0-"],
    ["empty", "bytes=-5"],
  ] as const) {
    await expect(getRange(key, range)).rejects.toMatchObject({
      name: "InvalidRange",
      $metadata: { httpStatusCode: 416 },
    });
  }
  for (const range of ["bytes=5-2", "bytes=a-b", "items=0-1", "bytes=0-1,4-5"]) {
    const output = await getRange("whole", range);
    expect(output.$metadata.httpStatusCode).toBe(200);
    expect(output.bytes.length).toBe(SIZE);
  }
});

test("ranges of a multipart object cross its parts, and a part can be asked for", async () => {
  const Key = "parts";
  const parts = [1, 2, 3].map((n) => Buffer.alloc(n === 3 ? 1000 : PART_SIZE + n, n));
  const whole = Buffer.concat(parts);
  const { UploadId } = await client.send(
    new s3.CreateMultipartUploadCommand({ Bucket: BUCKET, Key }),
  );
  const Parts: s3.CompletedPart[] = [];
  for (const [index, Body] of parts.entries()) {
    // Numbers may have gaps; GetObject counts the parts that there are.
    const PartNumber = (index + 1) * 10;
    const { ETag } = await client.send(
      new s3.UploadPartCommand({ Bucket: BUCKET, Key, UploadId, PartNumber, Body }),
    );
    Parts.push({ PartNumber, ETag });
  }
  await client.send(
    new s3.CompleteMultipartUploadCommand({
      Bucket: BUCKET,
      Key,
      UploadId,
      MultipartUpload: { Parts },
    }),
  );
  for (const [start, end] of [
    [0, whole.length - 1],
    [PART_SIZE - 5, PART_SIZE + 5],
    [PART_SIZE, PART_SIZE * 2 + 10],
    [whole.length - 1, whole.length - 1],
  ] as const) {
    const { bytes } = await getRange(Key, `bytes=${start}-${end}`);
    expect(bytes.equals(whole.subarray(start, end + 1))).toBe(true);
  }
  const second = await client.send(new s3.GetObjectCommand({ Bucket: BUCKET, Key, PartNumber: 2 }));
  const bytes = Buffer.from((await second.Body?.transformToByteArray()) ?? []);
  expect(bytes.equals(parts[1] ?? Buffer.alloc(0))).toBe(true);
  expect(second).toMatchObject({ PartsCount: 3, $metadata: { httpStatusCode: 206 } });
  await expect(
    client.send(new s3.GetObjectCommand({ Bucket: BUCKET, Key, PartNumber: 4 })),
  ).rejects.toMatchObject({ name: "InvalidPartNumber" });
});

test.each([
  ["its entity tag", (etag: string) => etag, 206],
  ["its time", (_: string, modified: string) => modified, 206],
  ["another entity tag", () => '"0"', 200],
  ["its entity tag, but weakly", (etag: string) => `W/${etag}`, 200],
  ["an earlier time", () => "Thu, 01 Jan 2026 00:00:00 GMT", 200],
])("a range of the object of %s is %i", async (_, condition, status) => {
  const read = { method: "GET", path: `/${BUCKET}/whole` };
  const { headers } = await sendSigned(server.endpoint, read, { service: "s3" });
  const named = condition(String(headers.etag), String(headers["last-modified"]));
  const range = { ...read, headers: { range: "bytes=0-9", "if-range": named } };
  const answer = await sendSigned(server.endpoint, range, { service: "s3" });
  expect(answer).toMatchObject({ status });
  expect(answer.headers["content-length"]).toBe(String(status === 206 ? 10 : SIZE));
});
