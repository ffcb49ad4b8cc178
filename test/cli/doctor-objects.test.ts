import { createHash, randomBytes } from "node:crypto";
import {
  appendFile,
  mkdtemp,
  open,
  readdir,
  readFile,
  rm,
  truncate,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as s3 from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Outcome, rolecast } from "../support/rolecast-command.ts";
import { startServerProcess } from "../support/server-process.ts";
import { type Clients, startTestServer, type TestServer } from "../support/test-server.ts";

/* What has become of objects' files is found by reading them, by hand and in the background. */

const Bucket = "doctor-objects";
const PART_BYTES = 5 * 1024 * 1024;

let home: string;
const ends: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "rolecast-doctor-objects-"));
});
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});
afterAll(() => rm(home, { recursive: true, force: true }));

async function start(data: string): Promise<TestServer> {
  const server = await startTestServer({ data, scrubBytesPerSecond: 0 });
  ends.push(server.close);
  return server;
}

function doctor(data: string, ...more: readonly string[]): Promise<Outcome> {
  return rolecast(["doctor", "--objects", "--data", data, ...more], { cwd: home });
}

async function fileOf(data: string, bytes: Buffer): Promise<string> {
  const dir = join(data, "s3", "blobs");
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && (await readFile(path)).equals(bytes)) return path;
  }
  throw new Error("no file holds the object's bytes");
}

/** Puts the object and gives the path of its file. */
async function put(root: Clients, data: string, more: Partial<s3.PutObjectCommandInput>) {
  const Body = randomBytes(300_000);
  const { VersionId } = await root.s3.send(
    new s3.PutObjectCommand({ Bucket, Key: "k", Body, ...more }),
  );
  const file = more.SSECustomerKey === undefined ? await fileOf(data, Body) : "";
  return { VersionId, file };
}

/** One bit is another one, as disks have it. */
async function flip(file: string): Promise<void> {
  const handle = await open(file, "r+");
  const byte = Buffer.alloc(1);
  await handle.read(byte, 0, 1, 5);
  byte[0] = (byte[0] ?? 0) ^ 1;
  await handle.write(byte, 0, 1, 5);
  await handle.close();
}

const onlySqlite = process.env.ROLECAST_TEST_DATABASE === undefined;

describe.skipIf(!onlySqlite)("rolecast doctor --objects", () => {
  test("names each damaged object, of a running server and of a stopped one's folder", async () => {
    const data = join(home, "named");
    const server = await start(data);
    const root = server.clients();
    const { s3: client } = root;
    await client.send(new s3.CreateBucketCommand({ Bucket }));
    const VersioningConfiguration = { Status: "Enabled" as const };
    await client.send(new s3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    await put(root, data, { Key: "whole" });
    await put(root, data, { Key: "empty", Body: "" }).catch(() => undefined);
    expect(await doctor(data)).toMatchObject({
      code: 0,
      out: expect.stringContaining("0 files damaged"),
    });

    const flipped = await put(root, data, {
      Key: "flipped\u001b[2J",
      ChecksumAlgorithm: "SHA256",
    });
    const older = await put(root, data, { Key: "older" });
    await put(root, data, { Key: "older" });
    const longer = await put(root, data, { Key: "longer" });
    const missing = await put(root, data, { Key: "missing" });
    const upload = { Bucket, Key: "uploading" };
    const { UploadId } = await client.send(new s3.CreateMultipartUploadCommand(upload));
    const Body = randomBytes(PART_BYTES);
    await client.send(new s3.UploadPartCommand({ ...upload, UploadId, PartNumber: 1, Body }));
    await flip(flipped.file);
    await truncate(older.file, 10);
    await appendFile(longer.file, "x");
    await rm(missing.file);
    await flip(await fileOf(data, Body));
    const wanted = [
      `s3://${Bucket}/flipped\\u001b[2J  versionId ${flipped.VersionId}: bytes that aren't those of its SHA256`,
      `s3://${Bucket}/longer  versionId ${longer.VersionId}: 300001 bytes instead of 300000`,
      `s3://${Bucket}/missing  versionId ${missing.VersionId}: no file`,
      `s3://${Bucket}/older  versionId ${older.VersionId}: 10 bytes instead of 300000`,
      `s3://${Bucket}/uploading  uploadId ${UploadId}: bytes that aren't those of its CRC64NVME`,
    ];
    for (const isStopped of [false, true]) {
      if (isStopped) await server.close();
      const { code, out } = await doctor(data);
      expect(out.split("\n").filter((line) => line.startsWith("s3://"))).toEqual(wanted);
      expect(code).toBe(1);
    }
    const json = JSON.parse((await doctor(data, "--json")).out);
    expect(json).toMatchObject({ damaged: { length: 5 }, withoutChecksum: 0 });
  });

  test("says what it can't tell of objects that are encrypted with customers' keys", async () => {
    const data = join(home, "sealed");
    const server = await start(data);
    const root = server.clients();
    const { s3: client } = root;
    await client.send(new s3.CreateBucketCommand({ Bucket }));
    await client.send(
      new s3.PutBucketEncryptionCommand({
        Bucket,
        ServerSideEncryptionConfiguration: {
          Rules: [
            {
              ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" },
              BlockedEncryptionTypes: { EncryptionType: ["NONE"] },
            },
          ],
        },
      }),
    );
    const key = randomBytes(32);
    await put(root, data, {
      SSECustomerAlgorithm: "AES256",
      SSECustomerKey: key.toString("base64"),
      SSECustomerKeyMD5: createHash("md5").update(key).digest("base64"),
    });
    const { code, out } = await doctor(data);
    expect([code, out]).toEqual([0, expect.stringContaining("only their sizes were compared")]);
  });

  test("removes files that no object refers to when it is told to, of a stopped server's folder only", async () => {
    const data = join(home, "unreferenced");
    const server = await start(data);
    const root = server.clients();
    await root.s3.send(new s3.CreateBucketCommand({ Bucket }));
    const { file } = await put(root, data, {});
    const running = await doctor(data, "--remove-unreferenced");
    expect(running).toMatchObject({ code: 1, err: expect.stringContaining("in use") });
    expect((await doctor(data)).out).not.toContain("no object refers to");
    await server.close();
    await writeFile(join(file, "..", "left-over"), "bytes");
    expect((await doctor(data)).out).toContain("1 files (5 B) that no object refers to");
    const removed = await doctor(data, "--remove-unreferenced");
    expect(removed).toMatchObject({ code: 0, out: expect.stringContaining("Removed 1 files") });
    expect(await readdir(join(file, ".."))).toHaveLength(1);
    await rm(join(data, "rolecast.db"));
    await writeFile(join(data, "rolecast.db"), "");
    expect((await doctor(data, "--remove-unreferenced")).code).toBe(1);
    expect(await readdir(join(file, ".."))).toHaveLength(1);
  });
});

test("a server finds damaged files by itself, at the rate that is set", async () => {
  const data = join(home, "scrubbed");
  const server = await startServerProcess([
    "--data",
    data,
    "--scrub-bytes-per-second",
    "100000000",
  ]);
  ends.push(() => server.stop("SIGKILL"));
  const { root } = server;
  await root.s3.send(new s3.CreateBucketCommand({ Bucket }));
  const [whole, flipped] = [await put(root, data, { Key: "a" }), await put(root, data, {})];
  await flip(flipped.file);
  const health = async () => {
    const answer = await fetch(`${server.endpoint}/_rolecast/health`);
    return ((await answer.json()) as { s3: Record<string, number> }).s3;
  };
  await expect
    .poll(health, { timeout: 30_000 })
    .toMatchObject({ damagedFiles: 1, scrubbedObjects: 2, scrubbedBytes: 600_000, scrubRounds: 1 });
  const said = await server.said(/damaged or missing/);
  const idOf = (file: string) => file.slice(join(data, "s3", "blobs").length + 1);
  expect(said).toContain(idOf(flipped.file));
  expect(said).not.toContain(idOf(whole.file));
});
