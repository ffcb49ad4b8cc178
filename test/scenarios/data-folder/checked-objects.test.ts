import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as s3 from "@aws-sdk/client-s3";
import { checkObjects, type DamagedObject } from "@rolecast/server";
import type { Kysely } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkBlob } from "../../../packages/server/src/services/s3/check/check-blob.ts";
import {
  BEGINNING,
  type Place,
  pageOfStored,
} from "../../../packages/server/src/services/s3/check/stored-objects.ts";
import type { S3Tables } from "../../../packages/server/src/services/s3/tables.ts";
import { openReader } from "../../../packages/server/src/storage/open-reader.ts";
import { startTestServer, type TestServer } from "../../support/test-server.ts";

/* All kinds of what is stored are found, each once, and held against their checksums. */

const ALGORITHMS = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"] as const;
const Key = randomBytes(32);
const CUSTOMER = {
  SSECustomerAlgorithm: "AES256",
  SSECustomerKey: Key.toString("base64"),
  SSECustomerKeyMD5: createHash("md5").update(Key).digest("base64"),
};

let dir: string;
let server: TestServer;
/** `bucket key`, for each blob that has bytes. */
const stored: string[] = [];
/** Those whose bytes have a checksum. */
const checked: string[] = [];

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "rolecast-checked-"));
  server = await startTestServer({ data: dir });
  const client = server.clients().s3;
  for (const Bucket of ["plain", "versioned"])
    await client.send(new s3.CreateBucketCommand({ Bucket }));
  const takesCustomers = { BlockedEncryptionTypes: { EncryptionType: ["NONE" as const] } };
  await client.send(
    new s3.PutBucketEncryptionCommand({
      Bucket: "plain",
      ServerSideEncryptionConfiguration: { Rules: [takesCustomers] },
    }),
  );
  const VersioningConfiguration = { Status: "Enabled" } as const;
  await client.send(
    new s3.PutBucketVersioningCommand({ Bucket: "versioned", VersioningConfiguration }),
  );
  const note = (place: string, hasChecksum = true) => {
    stored.push(place);
    if (hasChecksum) checked.push(place);
  };
  const put = async (Bucket: string, Key: string, more: Partial<s3.PutObjectCommandInput> = {}) => {
    await client.send(new s3.PutObjectCommand({ Bucket, Key, Body: randomBytes(1_000), ...more }));
    if (more.Body === undefined) note(`${Bucket} ${Key}`, more.SSECustomerKey === undefined);
  };
  for (const ChecksumAlgorithm of ALGORITHMS) {
    await put("plain", `put ${ChecksumAlgorithm}`, { ChecksumAlgorithm });
    await put("versioned", "k", { ChecksumAlgorithm });
  }
  await client.send(new s3.DeleteObjectCommand({ Bucket: "versioned", Key: "k" }));
  await put("plain", "empty", { Body: "" });
  await put("plain", "a customer's", CUSTOMER);
  const upload = async (Key: string, more: object, isCompleted: boolean, hasChecksum = true) => {
    const place = { Bucket: "plain", Key };
    const { UploadId = "" } = await client.send(
      new s3.CreateMultipartUploadCommand({ ...place, ...more }),
    );
    const part = await client.send(
      new s3.UploadPartCommand({
        ...{ ...place, UploadId, PartNumber: 7, Body: randomBytes(1_000) },
        ...more,
      }),
    );
    note(`plain ${Key}`, hasChecksum);
    if (!isCompleted) return;
    // The parts of an upload without an algorithm are named without their checksums.
    const sums = "ChecksumAlgorithm" in more ? part : { ETag: part.ETag };
    const MultipartUpload = { Parts: [{ ...sums, PartNumber: 7 }] };
    await client.send(
      new s3.CompleteMultipartUploadCommand({ ...place, UploadId, MultipartUpload, ...more }),
    );
  };
  for (const isCompleted of [true, false]) {
    for (const ChecksumAlgorithm of ALGORITHMS)
      await upload(`${isCompleted} ${ChecksumAlgorithm}`, { ChecksumAlgorithm }, isCompleted);
    await upload(`${isCompleted} plainly`, {}, isCompleted);
    await upload(`${isCompleted} a customer's`, CUSTOMER, isCompleted, false);
  }
});
afterAll(async () => {
  await server.close();
  rmSync(dir, { recursive: true, force: true });
});

/** Changes one bit in every file of an object. */
function damageAll(blobs: string): void {
  for (const name of readdirSync(blobs, { recursive: true, encoding: "utf8" })) {
    const file = join(blobs, name);
    if (!statSync(file).isFile()) continue;
    const bytes = readFileSync(file);
    bytes[500] = (bytes[500] ?? 0) ^ 1;
    writeFileSync(file, bytes);
  }
}

test.each([1, 2, 7, 1_000])(
  "a walk by pages of %i meets each blob once, and its bytes are those of its checksum",
  async (size) => {
    const { db: tables, close } = await openReader(join(dir, "rolecast.db"), undefined);
    const db = tables as unknown as Kysely<S3Tables>;
    const place = { dir: join(dir, "s3", "blobs"), db };
    const found: string[] = [];
    for (let at: Place | undefined = BEGINNING; at; ) {
      const page = await pageOfStored(at, size, db);
      expect(page.objects.length).toBeLessThanOrEqual(size);
      for (const { bucket, key, blobs } of page.objects)
        for (const blob of blobs.filter(({ sizeBytes }) => sizeBytes > 0)) {
          found.push(`${bucket} ${key}`);
          const read = checkBlob(place, blob, async () => {});
          expect([key, blob.digest !== undefined, await read]).toEqual([
            ...[key, checked.includes(`${bucket} ${key}`), undefined],
          ]);
        }
      at = page.next;
    }
    await close();
    expect(found.toSorted()).toEqual(stored.toSorted());
  },
);

test("each of them is found when a bit of its bytes changes", async () => {
  const damaged: DamagedObject[] = [];
  const check = () =>
    checkObjects({
      ...{ dataDir: dir, database: undefined, removeUnreferenced: false },
      onDamaged: (each) => damaged.push(each),
      onProgress: () => {},
    });
  const counts = await check();
  expect([counts.damaged, damaged]).toEqual([0, []]);
  expect(counts.withoutChecksum).toBe(stored.length - checked.length);
  damageAll(join(dir, "s3", "blobs"));
  expect((await check()).damaged).toBe(checked.length);
  const places = damaged.map(({ bucket, key }) => `${bucket} ${key}`);
  expect(places.toSorted()).toEqual(checked.toSorted());
});
