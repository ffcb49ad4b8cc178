import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { send, sign } from "../../support/signed-request.ts";
import { type Clients, startTestServer, type TestServer } from "../../support/test-server.ts";

const BUCKET = "checksums-contract";
let server: TestServer;
let client: Clients["s3"];

beforeAll(async () => {
  server = await startTestServer();
  client = server.clients().s3;
  await client.send(new s3.CreateBucketCommand({ Bucket: BUCKET }));
});
afterAll(() => server?.close());

/** Checksums of the nine digits: the catalogue's check values, and hashes of the platform's. */
const DIGITS = "123456789";
const hash = (name: string) => createHash(name).update(DIGITS).digest("base64");
const VALUES = {
  ChecksumCRC32: Buffer.from("cbf43926", "hex").toString("base64"),
  ChecksumCRC32C: Buffer.from("e3069283", "hex").toString("base64"),
  ChecksumCRC64NVME: Buffer.from("ae8b14860a799888", "hex").toString("base64"),
  ChecksumSHA1: hash("sha1"),
  ChecksumSHA256: hash("sha256"),
  ChecksumSHA512: hash("sha512"),
} as const;
const MEMBERS = Object.entries(VALUES);

function put(input: Partial<s3.PutObjectCommandInput>) {
  return client.send(
    new s3.PutObjectCommand({ Bucket: BUCKET, Key: "digits", Body: DIGITS, ...input }),
  );
}

function head(Key = "digits") {
  return client.send(new s3.HeadObjectCommand({ Bucket: BUCKET, Key, ChecksumMode: "ENABLED" }));
}

describe("a checksum in a header", () => {
  test.each(MEMBERS)("%s is verified, kept and returned", async (member, value) => {
    expect(await put({ [member]: value })).toMatchObject({ [member]: value });
    expect(await head()).toMatchObject({ [member]: value, ChecksumType: "FULL_OBJECT" });
    const wrong = Buffer.from(value, "base64").fill(1).toString("base64");
    await expect(put({ [member]: wrong, Key: "bad" })).rejects.toMatchObject({
      name: "BadDigest",
      message: expect.stringContaining("you specified did not match the calculated checksum"),
    });
    await expect(put({ [member]: "AAA=", Key: "bad" })).rejects.toMatchObject({
      name: "InvalidRequest",
    });
    await expect(head("bad")).rejects.toMatchObject({ $metadata: { httpStatusCode: 404 } });
  });

  test("Content-MD5 is verified", async () => {
    await put({ ContentMD5: hash("md5") });
    await expect(
      put({ ContentMD5: Buffer.alloc(16).toString("base64"), Key: "bad" }),
    ).rejects.toMatchObject({ name: "BadDigest" });
    await expect(put({ ContentMD5: "short", Key: "bad" })).rejects.toMatchObject({
      name: "InvalidDigest",
    });
  });

  test("two of them are one too many", async () => {
    const { ChecksumCRC32, ChecksumSHA1 } = VALUES;
    await expect(put({ ChecksumCRC32, ChecksumSHA1 })).rejects.toMatchObject({
      name: "InvalidRequest",
    });
  });
});

test.each(["CRC32", "CRC32C", "SHA1", "SHA256"] as const)(
  "the SDK's trailing %s of a stream is verified, kept and returned",
  async (ChecksumAlgorithm) => {
    const member = `Checksum${ChecksumAlgorithm}` as const;
    const Body = Readable.from([Buffer.from(DIGITS)]);
    await put({ Body, ContentLength: DIGITS.length, ChecksumAlgorithm });
    expect(await head()).toMatchObject({ [member]: VALUES[member] });
  },
);

test("without any, the object gets a CRC64NVME", async () => {
  const silent = new s3.S3Client({
    endpoint: server.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    forcePathStyle: true,
    requestChecksumCalculation: "WHEN_REQUIRED",
  });
  await silent.send(new s3.PutObjectCommand({ Bucket: BUCKET, Key: "silent", Body: DIGITS }));
  expect(await head("silent")).toMatchObject({ ChecksumCRC64NVME: VALUES.ChecksumCRC64NVME });
});

/** The last one is sent to an object store while it comes. */
const SIZES: readonly number[] = [10, 300_000, 1_500_000];

describe("a body that isn't the one that was signed", () => {
  test.each(SIZES)("of %i bytes is refused and nothing is kept", async (sizeBytes) => {
    const path = `/${BUCKET}/unsigned-bytes`;
    const raw = { method: "PUT", path, body: "a".repeat(sizeBytes) };
    const headers = await sign(server.endpoint, raw, { service: "s3" });
    expect((await send(server.endpoint, { ...raw, headers })).status).toBe(200);
    const changed = { ...raw, headers, body: "b".repeat(sizeBytes) };
    const answer = await send(server.endpoint, changed);
    expect(answer).toMatchObject({
      status: 400,
      body: expect.stringContaining("XAmzContentSHA256Mismatch"),
    });
    const { Body } = await client.send(
      new s3.GetObjectCommand({ Bucket: BUCKET, Key: "unsigned-bytes" }),
    );
    expect(await Body?.transformToString()).toBe("a".repeat(sizeBytes));
  });
});
