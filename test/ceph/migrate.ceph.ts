import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as s3 from "@aws-sdk/client-s3";
import type { ConfigInput } from "@rolecast/server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { rolecast } from "../support/rolecast-command.ts";
import { testObjects } from "../support/test-objects.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";
import { until } from "../support/until.ts";

const COMMAND = join(import.meta.dirname, "../../packages/cli/bin/rolecast.js");
const Bucket = "moved-objects";
const OBJECTS = 60;
const PART_BYTES = 5 * 1024 * 1024;
const CUSTOMER_KEY = { SSECustomerAlgorithm: "AES256", SSECustomerKey: sealingKey() };

let data: string;
let objects: NonNullable<ConfigInput["objects"]>;
let server: TestServer;
let client: s3.S3Client;
const hashes = new Map<string, string>();
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "rolecast-moved-"));
  const found = await testObjects(data);
  if (!found) throw new Error("there is no Ceph");
  objects = found;
});
afterAll(async () => {
  await server?.close();
  await rm(data, { recursive: true, force: true });
});

function sealingKey(): string {
  return Buffer.alloc(32, 7).toString("base64");
}

async function start(given: ConfigInput["objects"]): Promise<void> {
  await server?.close();
  server = await startTestServer({ data, objects: given });
  client = server.clients().s3;
  await writeFile(join(data, "rolecast.yml"), JSON.stringify({ data, objects: given }));
}

async function put(Key: string, size: number, more: Partial<s3.PutObjectCommandInput> = {}) {
  const Body = randomBytes(size);
  await client.send(new s3.PutObjectCommand({ Bucket, Key, Body, ...more }));
  hashes.set(Key, createHash("sha256").update(Body).digest("hex"));
}

async function putParts(Key: string): Promise<void> {
  const { UploadId } = await client.send(new s3.CreateMultipartUploadCommand({ Bucket, Key }));
  const whole = createHash("sha256");
  const Parts: s3.CompletedPart[] = [];
  for (const [index, size] of [PART_BYTES, PART_BYTES, 3].entries()) {
    const Body = randomBytes(size);
    whole.update(Body);
    const part = { Bucket, Key, UploadId, PartNumber: index + 1, Body };
    const { ETag } = await client.send(new s3.UploadPartCommand(part));
    Parts.push({ ETag, PartNumber: index + 1 });
  }
  const MultipartUpload = { Parts };
  await client.send(
    new s3.CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload }),
  );
  hashes.set(Key, whole.digest("hex"));
}

async function checkAll(): Promise<void> {
  for (const [Key, hash] of hashes) {
    const key = Key === "sealed" ? CUSTOMER_KEY : {};
    const { Body } = await client.send(new s3.GetObjectCommand({ Bucket, Key, ...key }));
    const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
    expect(createHash("sha256").update(bytes).digest("hex"), Key).toBe(hash);
  }
}

/** Files with bytes; the server keeps some empty ones ready. */
async function files(): Promise<number> {
  const entries = await readdir(join(data, "s3"), { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(paths.map((file) => stat(join(file.parentPath, file.name))));
  return sizes.filter(({ size }) => size > 0).length;
}

/** Moves bytes while objects are read, overwritten and deleted. */
async function migrate(to: "s3" | "folder") {
  const words = ["objects", "migrate", "--to", to, "--config", join(data, "rolecast.yml")];
  const moving = rolecast([...words, "--json"], { cwd: data });
  const ended = moving.then(() => true);
  for (let index = 0; ; index++) {
    const key = `k${index % OBJECTS}`;
    if (index % 3 === 0) await put(key, 1 + index * 100);
    else if (index % 3 === 1) {
      await client.send(new s3.DeleteObjectCommand({ Bucket, Key: key }));
      hashes.delete(key);
    }
    await checkAll();
    if (await Promise.race([ended, new Promise((go) => setTimeout(go, 50, false))])) break;
  }
  return moving;
}

/** Kills the command once it has moved some of the objects. */
async function killMigration(): Promise<void> {
  const words = ["objects", "migrate", "--to", "s3", "--config", join(data, "rolecast.yml")];
  const before = await files();
  const moving = spawn(process.execPath, [COMMAND, ...words], { cwd: data, stdio: "ignore" });
  const ended = once(moving, "exit");
  await until(async () => (await files()) < before, "a file that was moved", { everyMs: 5 });
  moving.kill("SIGKILL");
  expect(await ended).toEqual([null, "SIGKILL"]);
  expect(await files()).toBeGreaterThan(0);
}

test("bytes of a running server move to the store and back, even through a kill", async () => {
  await start(undefined);
  await client.send(new s3.CreateBucketCommand({ Bucket }));
  const Rules = [{ BlockedEncryptionTypes: { EncryptionType: ["NONE" as const] } }];
  const ServerSideEncryptionConfiguration = { Rules };
  await client.send(
    new s3.PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration }),
  );
  for (let index = 0; index < OBJECTS; index++) await put(`k${index}`, 1 + index * 10_000);
  await put("empty", 0);
  await put("sealed", 100_000, CUSTOMER_KEY);
  await putParts("parts");
  const early = await rolecast(
    ["objects", "migrate", "--to", "s3", "--config", join(data, "rolecast.yml")],
    { cwd: data, env: { ROLECAST_OBJECTS: JSON.stringify(objects) } },
  );
  expect(early).toMatchObject({ code: 2 });
  expect(early.err).toContain("Start the server with objects.type: s3");

  await start(objects);
  await checkAll();
  await killMigration();
  await checkAll();
  await putParts("parts later");
  const there = await migrate("s3");
  expect(there.err).toBe("");
  expect(JSON.parse(there.out)).toMatchObject({ failed: 0 });
  expect(await files()).toBe(0);
  await checkAll();
  const again = await migrate("s3");
  expect(JSON.parse(again.out)).toMatchObject({ moved: 0, failed: 0 });

  await start({ ...objects, type: "folder" });
  await checkAll();
  const back = await migrate("folder");
  expect(JSON.parse(back.out)).toMatchObject({ failed: 0 });
  await checkAll();
  await start(undefined);
  await checkAll();
}, 240_000);
