import { createHash, randomBytes } from "node:crypto";
import { get as openHttp } from "node:http";
import * as s3 from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import type { ConfigInput } from "@rolecast/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CountingProxy, startCountingProxy } from "../../support/counting-proxy.ts";
import { allow, createUser } from "../../support/principals.ts";
import { testObjects } from "../../support/test-objects.ts";
import { ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";

/* Bytes of an object store that a node has in memory: fewer requests, and no other answers. */

const Bucket = "read-cache";
const STORE_BUCKET = "bytes-of-another";
const PART_BYTES = 5 * 1024 * 1024;
const ONE = keyed(randomBytes(32));
const OTHER = keyed(randomBytes(32));

let store: TestServer | undefined;
let objects: NonNullable<ConfigInput["objects"]>;
let proxy: CountingProxy;
let server: TestServer;
let client: s3.S3Client;
beforeAll(async () => {
  objects = (await testObjects("memory")) ?? (await startStore());
  proxy = await startCountingProxy(objects.endpoint ?? "");
  server = await start();
  client = server.clients().s3;
  await client.send(new s3.CreateBucketCommand({ Bucket }));
  const Rules = [{ BlockedEncryptionTypes: { EncryptionType: ["NONE" as const] } }];
  const ServerSideEncryptionConfiguration = { Rules };
  await client.send(
    new s3.PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration }),
  );
});
afterAll(async () => {
  await server?.close();
  await proxy?.close();
  await store?.close();
});

/** Another Rolecast, where no Ceph is. */
async function startStore(): Promise<NonNullable<ConfigInput["objects"]>> {
  store = await startTestServer();
  await store.clients().s3.send(new s3.CreateBucketCommand({ Bucket: STORE_BUCKET }));
  const { accessKeyId, secretAccessKey } = ROOT;
  const credentials = { accessKeyId, secretAccessKey };
  return { type: "s3", endpoint: store.endpoint, bucket: STORE_BUCKET, credentials };
}

function start(cacheBytes?: number): Promise<TestServer> {
  const { endpoint } = proxy;
  const prefix = `${objects.prefix ?? ""}${cacheBytes ?? "default"}/`;
  return startTestServer({
    objects: { ...objects, endpoint, prefix, ...(cacheBytes === undefined ? {} : { cacheBytes }) },
    inlineObjectBytes: 0,
  });
}

function keyed(key: Buffer) {
  return {
    SSECustomerAlgorithm: "AES256",
    SSECustomerKey: key.toString("base64"),
    SSECustomerKeyMD5: createHash("md5").update(key).digest("base64"),
  };
}

type Read = Partial<s3.GetObjectCommandInput>;
const put = (Key: string, Body: Buffer, more: Partial<s3.PutObjectCommandInput> = {}) =>
  client.send(new s3.PutObjectCommand({ Bucket, Key, Body, ...more }));

/** Reads an object; gives its bytes and the requests that the store got for them. */
async function get(Key: string, more: Read = {}, by = client) {
  const before = proxy.reads();
  const { Body } = await by.send(new s3.GetObjectCommand({ Bucket, Key, ...more }));
  const bytes = Buffer.from((await Body?.transformToByteArray()) ?? []);
  return { bytes, reads: proxy.reads() - before };
}

/** Puts an object, and reads it until it is in memory. */
async function putCached(Key: string, Body: Buffer, how: Partial<typeof ONE> = {}): Promise<void> {
  await put(Key, Body, how);
  for (let time = 0; time < 2; time++) expect((await get(Key, how)).reads).toBe(1);
}

async function cacheFacts(of = server) {
  const answer = await fetch(`${of.endpoint}/_rolecast/health`);
  const facts = (await answer.json()) as { s3: { objectStore: { cache?: object } } };
  return facts.s3.objectStore.cache;
}

test.each([1, 256 * 1024, 1_000_000])(
  "of an object of %i bytes, reads from the third one on are no requests to the store",
  async (size) => {
    const body = randomBytes(size);
    await putCached("again", body);
    for (let time = 0; time < 3; time++) {
      const { bytes, reads } = await get("again");
      expect([bytes.equals(body), reads]).toEqual([true, 0]);
    }
  },
);

test("ranges of an object in memory are its own", async () => {
  const body = randomBytes(700_000);
  await putCached("ranges", body);
  for (const [Range, part] of [
    ["bytes=0-0", body.subarray(0, 1)],
    ["bytes=262143-262144", body.subarray(262_143, 262_145)],
    ["bytes=300000-", body.subarray(300_000)],
    ["bytes=-5", body.subarray(-5)],
    ["bytes=10-699999", body.subarray(10)],
  ] as const) {
    const { bytes, reads } = await get("ranges", { Range });
    expect([Range, bytes.equals(part), reads]).toEqual([Range, true, 0]);
  }
});

test("parts of an upload are read from memory, each by its own blob", async () => {
  const Key = "parts";
  const parts = [randomBytes(PART_BYTES), randomBytes(PART_BYTES), randomBytes(1_000)];
  const { UploadId } = await client.send(new s3.CreateMultipartUploadCommand({ Bucket, Key }));
  const Parts: s3.CompletedPart[] = [];
  for (const [index, Body] of parts.entries()) {
    const part = { Bucket, Key, UploadId, PartNumber: index + 1 };
    const { ETag } = await client.send(new s3.UploadPartCommand({ ...part, Body }));
    Parts.push({ PartNumber: part.PartNumber, ETag });
  }
  await client.send(
    new s3.CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }),
  );
  const body = Buffer.concat(parts);
  for (const reads of [3, 3, 0]) {
    const found = await get(Key);
    expect([found.bytes.equals(body), found.reads]).toEqual([true, reads]);
  }
  const Range = `bytes=${PART_BYTES - 7}-${2 * PART_BYTES + 7}`;
  const across = await get(Key, { Range });
  const wanted = body.subarray(PART_BYTES - 7, 2 * PART_BYTES + 8);
  expect([across.bytes.equals(wanted), across.reads]).toEqual([true, 0]);
});

test("an object that is deleted is gone, and one that is overwritten is the new one", async () => {
  await putCached("changing", Buffer.from("the old one"));
  await put("changing", Buffer.from("the new one"));
  const { bytes, reads } = await get("changing");
  expect([bytes.toString(), reads]).toEqual(["the new one", 1]);
  await client.send(new s3.DeleteObjectCommand({ Bucket, Key: "changing" }));
  await expect(get("changing")).rejects.toMatchObject({ name: "NoSuchKey" });
});

// On a database that nodes share, other nodes' readers are waited for.
const isShared = process.env.ROLECAST_TEST_DATABASE !== undefined;
test("memory is given back once a deleted object's bytes are", async () => {
  const before = await cacheFacts();
  await putCached("given back", randomBytes(100_000));
  await client.send(new s3.DeleteObjectCommand({ Bucket, Key: "given back" }));
  // On a shared database other nodes may still read them, for five minutes.
  const bytes = (before as { bytes: number }).bytes + (isShared ? 100_000 : 0);
  await expect.poll(cacheFacts).toMatchObject({ bytes: expect.closeTo(bytes, -4) });
});

test("a customer's key is needed as ever, and another one opens nothing", async () => {
  const body = randomBytes(300_000);
  await putCached("sealed", body, ONE);
  for (const Range of [undefined, "bytes=100001-200000"]) {
    const part = Range ? body.subarray(100_001, 200_001) : body;
    const how = Range ? { Range } : {};
    const { bytes, reads } = await get("sealed", { ...ONE, ...how });
    expect([bytes.equals(part), reads]).toEqual([true, 0]);
    await expect(get("sealed", how)).rejects.toMatchObject({ name: "InvalidRequest" });
    await expect(get("sealed", { ...OTHER, ...how })).rejects.toMatchObject({
      $metadata: { httpStatusCode: 403 },
    });
  }
});

test("who may not read an object is refused though it is in memory", async () => {
  await putCached("secret", randomBytes(1_000));
  const { iam } = server.clients();
  const others = await createUser(iam, "others", [allow("s3:GetObject", "arn:aws:s3:::other/*")]);
  const readers = await createUser(iam, "reader", [
    allow("s3:GetObject", `arn:aws:s3:::${Bucket}/secret`),
  ]);
  expect((await get("secret", {}, server.clients(readers).s3)).reads).toBe(0);
  await expect(get("secret", {}, server.clients(others).s3)).rejects.toMatchObject({
    name: "AccessDenied",
    $metadata: { httpStatusCode: 403 },
  });
});

test("a copy whose bytes must be read has those of the store", async () => {
  const body = randomBytes(100_000);
  await putCached("source", body);
  const before = proxy.reads();
  const copy = { Bucket, Key: "copy", CopySource: `${Bucket}/source` };
  const ChecksumAlgorithm = "SHA256" as const;
  await client.send(new s3.CopyObjectCommand({ ...copy, ChecksumAlgorithm }));
  expect(proxy.reads() - before).toBe(1);
  expect((await get("copy")).bytes.equals(body)).toBe(true);
});

test("what is in memory is served while the store is away", async () => {
  const body = randomBytes(100_000);
  await putCached("cached", body);
  await put("not cached", body);
  proxy.isAway = true;
  try {
    await expect(get("not cached")).rejects.toMatchObject({ name: "SlowDown" });
    for (let time = 0; time < 10; time++)
      expect((await get("cached")).bytes.equals(body)).toBe(true);
    await expect(get("not cached")).rejects.toMatchObject({ name: "SlowDown" });
  } finally {
    proxy.isAway = false;
  }
  const isBack = async () => (await get("not cached").catch(() => undefined))?.bytes.equals(body);
  await expect.poll(isBack, { timeout: 15_000 }).toBe(true);
});

test("a client that leaves in the middle fills nothing, and others aren't kept by it", async () => {
  const Key = "left";
  const body = randomBytes(7_000_000);
  await put(Key, body);
  await get(Key);
  const url = await getSignedUrl(client, new s3.GetObjectCommand({ Bucket, Key }));
  for (let time = 0; time < 2; time++)
    await new Promise<void>((resolve, reject) => {
      const request = openHttp(url, (response) =>
        response.once("data", () => response.destroy()).once("close", resolve),
      );
      request.once("error", reject);
    });
  for (const reads of [1, 0]) {
    const found = await get(Key);
    expect([found.bytes.equals(body), found.reads]).toEqual([true, reads]);
  }
});

describe("with less memory than objects", () => {
  const CACHE_BYTES = 1024 ** 2;
  const OBJECTS = 24;
  let small: TestServer;
  let reader: s3.S3Client;
  const bodies = Array.from({ length: OBJECTS }, (_, index) => randomBytes(60_000 + index * 2_900));
  beforeAll(async () => {
    small = await start(CACHE_BYTES);
    reader = small.clients().s3;
    await reader.send(new s3.CreateBucketCommand({ Bucket }));
    for (const [index, Body] of bodies.entries())
      await reader.send(new s3.PutObjectCommand({ Bucket, Key: `${index}`, Body }));
  });
  afterAll(() => small?.close());

  test("objects that take each other's place are right for all readers at a time", async () => {
    const orders = Array.from({ length: 8 }, (_, index) => index);
    await Promise.all(
      orders.map(async (first) => {
        for (let count = 0; count < 3 * OBJECTS; count++) {
          const index = (first * 3 + Math.floor(count / 3)) % OBJECTS;
          const { bytes } = await get(`${index}`, {}, reader);
          expect(bytes.equals(bodies[index] as Buffer)).toBe(true);
        }
      }),
    );
    const facts = (await cacheFacts(small)) as Record<
      "bytes" | "blobs" | "hits" | "misses",
      number
    >;
    expect(facts.bytes).toBeLessThanOrEqual(CACHE_BYTES);
    expect(facts.blobs).toBeGreaterThan(5);
    expect(facts.hits).toBeGreaterThan(OBJECTS);
    expect(facts.hits + facts.misses).toBe(8 * 3 * OBJECTS);
  });
});

test("without memory each read is a request", async () => {
  const bare = await start(0);
  const reader = bare.clients().s3;
  await reader.send(new s3.CreateBucketCommand({ Bucket }));
  await reader.send(new s3.PutObjectCommand({ Bucket, Key: "bare", Body: randomBytes(1_000) }));
  for (let time = 0; time < 3; time++) expect((await get("bare", {}, reader)).reads).toBe(1);
  expect(await cacheFacts(bare)).toBeUndefined();
  await bare.close();
});
