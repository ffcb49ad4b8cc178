import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as s3 from "@aws-sdk/client-s3";
import { checkObjects, stageSnapshot } from "@rolecast/server";
import Libsql from "libsql";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../support/test-server.ts";

/* Objects that are kept in the database: for clients like all others, up to the longest one. */

const INLINE_BYTES = 1_000;
const BUCKET = "inline-objects";
const PART_BYTES = 5 * 1024 * 1024;
const SIZES = [0, 1, 999, INLINE_BYTES, INLINE_BYTES + 1, 100_000];
const CUSTOMER = keyed(randomBytes(32));

let data: string;
let server: TestServer;
let client: s3.S3Client;
let database: Libsql.Database;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "rolecast-inline-"));
  await start(INLINE_BYTES);
  for (const Bucket of [BUCKET, `${BUCKET}-versions`])
    await client.send(new s3.CreateBucketCommand({ Bucket }));
  const Rules = [{ BlockedEncryptionTypes: { EncryptionType: ["NONE" as const] } }];
  const ServerSideEncryptionConfiguration = { Rules };
  await client.send(
    new s3.PutBucketEncryptionCommand({ Bucket: BUCKET, ServerSideEncryptionConfiguration }),
  );
});
afterAll(async () => {
  database?.close();
  await server?.close();
  await rm(data, { recursive: true, force: true });
});

async function start(inlineObjectBytes: number): Promise<void> {
  database?.close();
  await server?.close();
  // In a folder, of which the files can be counted.
  server = await startTestServer({
    data,
    objects: undefined,
    database: undefined,
    inlineObjectBytes,
  });
  client = server.clients().s3;
  database = new Libsql(join(data, "rolecast.db"));
}

function keyed(key: Buffer) {
  return {
    SSECustomerAlgorithm: "AES256",
    SSECustomerKey: key.toString("base64"),
    SSECustomerKeyMD5: createHash("md5").update(key).digest("base64"),
  };
}

const put = (Key: string, Body: Buffer, more: Partial<s3.PutObjectCommandInput> = {}) =>
  client.send(new s3.PutObjectCommand({ Bucket: BUCKET, Key, Body, ...more }));

const remove = (Key: string, more: Partial<s3.DeleteObjectCommandInput> = {}) =>
  client.send(new s3.DeleteObjectCommand({ Bucket: BUCKET, Key, ...more }));

async function get(Key: string, more: Partial<s3.GetObjectCommandInput> = {}): Promise<Buffer> {
  const found = await client.send(new s3.GetObjectCommand({ Bucket: BUCKET, Key, ...more }));
  return Buffer.from((await found.Body?.transformToByteArray()) ?? []);
}

/** The lengths of the bodies in the database, in order. */
function inlineSizes(): number[] {
  const rows = database
    .prepare("select length(bytes) as size from s3_inline_blobs order by 1")
    .all() as { size: number }[];
  return rows.map(({ size }) => size);
}

/** The lengths of the bodies that are files, in order; the server keeps some empty files ready. */
async function fileSizes(): Promise<number[]> {
  const entries = await readdir(join(data, "s3"), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const bodies = await Promise.all(files.map((file) => readFile(join(file.parentPath, file.name))));
  const sizes = bodies.map(({ length }) => length).filter((size) => size > 0);
  return sizes.sort((a, b) => a - b);
}

describe.each([
  ["plain", {}],
  ["encrypted with a customer's key", CUSTOMER],
])("%s", (_what, key) => {
  test("bodies are whole, in ranges and copied, and go when they are removed", async () => {
    const bodies = SIZES.map((size) => randomBytes(size));
    for (const body of bodies) {
      const { ETag } = await put(`k${body.length}`, body, key);
      const isPlain = ETag === `"${createHash("md5").update(body).digest("hex")}"`;
      expect(isPlain).toBe(key !== CUSTOMER);
      const source = Object.entries(key).map(([name, value]) => [`CopySource${name}`, value]);
      const CopySource = `${BUCKET}/k${body.length}`;
      const names = { Bucket: BUCKET, Key: `copy${body.length}`, CopySource };
      await client.send(
        new s3.CopyObjectCommand({ ...names, ...key, ...Object.fromEntries(source) }),
      );
    }
    const inline = SIZES.filter((size) => size > 0 && size <= INLINE_BYTES);
    expect(inlineSizes()).toEqual(inline.flatMap((size) => [size, size]));
    const files = SIZES.filter((size) => size > INLINE_BYTES);
    expect(await fileSizes()).toEqual(files.flatMap((size) => [size, size]));
    for (const body of bodies) {
      for (const name of ["k", "copy"]) {
        expect((await get(`${name}${body.length}`, key)).equals(body)).toBe(true);
        if (body.length < 999) continue;
        const ranged = await get(`${name}${body.length}`, { ...key, Range: "bytes=17-500" });
        expect(ranged.equals(body.subarray(17, 501))).toBe(true);
      }
      // Overwritten by one that is inline, which is overwritten by one that isn't.
      await put(`copy${body.length}`, randomBytes(500), key);
      expect(await get(`copy${body.length}`, key)).toHaveLength(500);
      await put(`copy${body.length}`, randomBytes(2_000), key);
      expect(await get(`copy${body.length}`, key)).toHaveLength(2_000);
      await remove(`k${body.length}`);
      await remove(`copy${body.length}`);
    }
    expect(inlineSizes()).toEqual([]);
    await expect.poll(fileSizes).toEqual([]);
  });
});

test("a body that isn't what its client claims leaves the one before", async () => {
  await put("kept", Buffer.from("as it was"));
  for (const more of [
    { ContentMD5: Buffer.alloc(16).toString("base64") },
    { ChecksumCRC32: "AAAAAA==" },
    { IfNoneMatch: "*" },
  ])
    await expect(put("kept", Buffer.from("something else"), more)).rejects.toThrow();
  expect(inlineSizes()).toEqual([9]);
  expect((await get("kept")).toString()).toBe("as it was");
  await remove("kept");
});

test("versions have rows of their own, and parts of uploads are never inline", async () => {
  const Bucket = `${BUCKET}-versions`;
  const VersioningConfiguration = { Status: "Enabled" as const };
  await client.send(new s3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
  const ids: (string | undefined)[] = [];
  for (const text of ["a", "bb", "ccc"])
    ids.push((await put("k", Buffer.from(text), { Bucket })).VersionId);
  await remove("k", { Bucket });
  expect(inlineSizes()).toEqual([1, 2, 3]);
  expect((await get("k", { Bucket, VersionId: ids[1] })).toString()).toBe("bb");
  await remove("k", { Bucket, VersionId: ids[1] });
  expect(inlineSizes()).toEqual([1, 3]);

  const { UploadId } = await client.send(new s3.CreateMultipartUploadCommand({ Bucket, Key: "u" }));
  const upload = { Bucket, Key: "u", UploadId };
  const Body = randomBytes(PART_BYTES);
  const first = await client.send(new s3.UploadPartCommand({ ...upload, PartNumber: 1, Body }));
  const CopySource = `${Bucket}/k?versionId=${ids[2]}`;
  const copy = new s3.UploadPartCopyCommand({ ...upload, PartNumber: 2, CopySource });
  const { CopyPartResult } = await client.send(copy);
  expect(inlineSizes()).toEqual([1, 3]);
  const Parts = [
    { PartNumber: 1, ETag: first.ETag },
    { PartNumber: 2, ETag: CopyPartResult?.ETag },
  ];
  await client.send(
    new s3.CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }),
  );
  const whole = Buffer.concat([Body, Buffer.from("ccc")]);
  expect((await get("u", { Bucket })).equals(whole)).toBe(true);
  for (const VersionId of [ids[0], ids[2]]) await remove("k", { Bucket, VersionId });
  expect(inlineSizes()).toEqual([]);
});

test("readers see one of the bodies that a key has had, whole", async () => {
  const bodies = Array.from({ length: 40 }, (_, at) => Buffer.alloc(200 + at * 40, at));
  await put("busy", bodies[0] ?? Buffer.alloc(0));
  let isOver = false;
  const readers = Array.from({ length: 4 }, async () => {
    for (let reads = 0; !isOver || reads === 0; reads++) {
      const found = await get("busy");
      expect(bodies[found[0] ?? 0]?.equals(found)).toBe(true);
    }
  });
  for (const body of bodies) await put("busy", body);
  isOver = true;
  await Promise.all(readers);
  await remove("busy");
});

test("a start with another setting reads what is there, and damaged rows are named", async () => {
  await put("small", Buffer.from("inline"));
  await put("other", Buffer.from("inline too"));
  await start(0);
  expect((await get("small")).toString()).toBe("inline");
  await put("later", Buffer.from("a file"));
  expect(inlineSizes()).toEqual([6, 10]);
  expect(await fileSizes()).toContain(6);
  const staged = await stageSnapshot(data);
  expect(staged.missing).toBe(0);
  await staged.remove();
  database
    .prepare("update s3_inline_blobs set bytes = cast('Inline' as blob) where length(bytes) = 6")
    .run();
  database.prepare("delete from s3_inline_blobs where length(bytes) = 10").run();
  const damaged: [key: string, found: string][] = [];
  const counts = await checkObjects({
    ...{ dataDir: data, database: undefined, removeUnreferenced: false },
    onDamaged: ({ key, found }) => damaged.push([key, found]),
    onProgress: () => {},
  });
  expect(counts.damaged).toBe(2);
  expect(damaged).toEqual([
    ["other", "no row with its bytes"],
    ["small", "bytes that aren't those of its CRC32"],
  ]);
});
