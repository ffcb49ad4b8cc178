import { execFileSync } from "node:child_process";
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateUserCommand, DeleteUserCommand } from "@aws-sdk/client-iam";
import * as s3 from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { preload } from "../support/preload.ts";
import { type ServerProcess, startServerProcess } from "../support/server-process.ts";
import { clientsAt } from "../support/test-server.ts";

const MIB = 1024 ** 2;
const Bucket = "full-disk";

const dir = await mkdtemp(join(tmpdir(), "rolecast-full-disk-"));
const running: ServerProcess[] = [];
/**
 * A file system of its own, where somebody may mount one: root on Linux, but not in every
 * container.
 */
const smallDisk = await mountSmallDisk(join(dir, "small"), 64);
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop("SIGKILL")));
});
afterAll(async () => {
  if (smallDisk !== undefined) execFileSync("umount", ["-l", smallDisk]);
  await rm(dir, { recursive: true, force: true });
});

async function start(...given: Parameters<typeof startServerProcess>): Promise<ServerProcess> {
  const server = await startServerProcess(...given);
  running.push(server);
  return server;
}

/** They don't try again. */
function clientsOf({ endpoint }: ServerProcess) {
  const { s3: client, iam, sts } = clientsAt(endpoint)();
  return { client, iam, sts };
}

const NEARLY_FULL = {
  name: "ServiceUnavailable",
  $metadata: expect.objectContaining({ httpStatusCode: 503 }),
  message: expect.stringMatching(/disk is (nearly )?full.*make room/i),
};

async function healthOf({ endpoint }: ServerProcess) {
  const health = await (await fetch(`${endpoint}/_rolecast/health`)).json();
  const ready = await fetch(`${endpoint}/_rolecast/health/ready`);
  return { ...health, ready: ready.status } as {
    disk: Record<string, number>;
    store: { condition: string };
    ready: number;
  };
}

test("below the low-water mark bodies are refused, everything else goes on, and bodies are taken again by themselves", async () => {
  const free = join(dir, "free");
  const setFree = (mib: number) => writeFile(free, String(mib));
  await setFree(1_000);
  const reported = `{ bsize: ${MIB}, blocks: 10_000, files: 0, ffree: 0,
    bavail: Number(fs.readFileSync(${JSON.stringify(free)}, "utf8")) }`;
  const variables = await preload(
    dir,
    "told-disk",
    `fs.promises.statfs = async () => (${reported});`,
  );
  const server = await start(
    ["--data", join(dir, "low"), "--disk-low-water-bytes", `${100 * MIB}`],
    {
      ...variables,
    },
  );
  const { client, iam } = clientsOf(server);
  await client.send(new s3.CreateBucketCommand({ Bucket }));
  const put = (Key: string, Body: string | Buffer = "body") =>
    client.send(new s3.PutObjectCommand({ Bucket, Key, Body }));
  await put("kept");
  await put("removed");
  const upload = { Bucket, Key: "parts" };
  const { UploadId } = await client.send(new s3.CreateMultipartUploadCommand(upload));
  const part = (PartNumber: number) =>
    client.send(new s3.UploadPartCommand({ ...upload, UploadId, PartNumber, Body: "part" }));
  const { ETag } = await part(1);
  expect(await healthOf(server)).toMatchObject({ disk: { takesBodies: 1 }, ready: 200 });

  // There is room, but not for this one: it is refused before it is read.
  await setFree(101);
  await expect.poll(async () => (await healthOf(server)).disk.freeBytes).toBeLessThan(102 * MIB);
  await expect(put("large", Buffer.alloc(2 * MIB))).rejects.toMatchObject(NEARLY_FULL);
  await put("small");

  await setFree(99);
  const CopySource = `${Bucket}/kept`;
  const range = { CopySource, CopySourceRange: "bytes=0-1" };
  const rewritten = { CopySource, ChecksumAlgorithm: s3.ChecksumAlgorithm.SHA1 };
  const bodies: Record<string, () => Promise<unknown>> = {
    PutObject: () => put("refused"),
    UploadPart: () => part(2),
    UploadPartCopy: () =>
      client.send(new s3.UploadPartCopyCommand({ ...upload, UploadId, PartNumber: 3, ...range })),
    CopyObject: () =>
      client.send(new s3.CopyObjectCommand({ Bucket, Key: "rewritten", ...rewritten })),
  };
  await expect.poll(async () => (await healthOf(server)).disk.takesBodies).toBe(0);
  for (const [name, send] of Object.entries(bodies)) {
    const error: unknown = await send().catch((caught: unknown) => caught);
    expect([name, error]).toEqual([name, expect.objectContaining(NEARLY_FULL)]);
  }
  // Uses a second name for the file, which needs no room.
  await client.send(new s3.CopyObjectCommand({ Bucket, Key: "copied", CopySource }));
  const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
  await client.send(
    new s3.CompleteMultipartUploadCommand({ ...upload, UploadId, MultipartUpload }),
  );
  await client.send(new s3.DeleteObjectCommand({ Bucket, Key: "removed" }));
  await client.send(new s3.CreateBucketCommand({ Bucket: `${Bucket}-more` }));
  await iam.send(new CreateUserCommand({ UserName: "meanwhile" }));
  expect(await healthOf(server)).toMatchObject({
    store: { condition: "ok" },
    disk: { freeBytes: 99 * MIB, lowWaterBytes: 100 * MIB, takesBodies: 0 },
    ready: 200,
  });

  await setFree(200);
  await put("at once");
  const { Contents = [] } = await client.send(new s3.ListObjectsV2Command({ Bucket }));
  const keys = Contents.map(({ Key }) => Key);
  expect(keys).toEqual(["at once", "copied", "kept", "parts", "small"]);
});

test("room is kept anew where the file that kept it was cut", async () => {
  const data = join(dir, "cut");
  await mkdir(data, { mode: 0o700 });
  const file = join(data, "disk.reserve");
  await writeFile(file, "");
  const server = await start(["--data", data, "--disk-low-water-bytes", `${8 * MIB}`]);
  const reserved = async () => (await healthOf(server)).disk.reservedBytes;
  await expect.poll(reserved, { timeout: 5_000 }).toBeGreaterThan(MIB);
  expect((await stat(file)).size).toBe(await reserved());
});

/** A folder of a file system of its own; undefined where mounting isn't allowed. */
async function mountSmallDisk(folder: string, mib: number): Promise<string | undefined> {
  await mkdir(folder);
  try {
    const options = ["-t", "tmpfs", "-o", `size=${mib}m`, "tmpfs", folder];
    execFileSync("mount", options, { stdio: "ignore" });
    return folder;
  } catch {
    return undefined;
  }
}

/** Takes all that is left of a disk, to the last byte. */
function fill(file: string): void {
  const descriptor = openSync(file, "w");
  try {
    for (const size of [MIB, 4096, 1]) writeUntilFull(descriptor, Buffer.alloc(size, 1));
  } finally {
    closeSync(descriptor);
  }
}

function writeUntilFull(descriptor: number, bytes: Buffer): void {
  for (;;) {
    try {
      writeSync(descriptor, bytes);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOSPC") return;
      throw error;
    }
  }
}

// Elsewhere the first test, with a disk that only says so, has to do.
if (smallDisk !== undefined)
  describe("a disk that really is full", () => {
    test("lets objects, buckets and users be deleted, starts again, and takes bodies after that", async () => {
      const data = join(smallDisk, "data");
      const server = await start(["--data", data]);
      const { client, iam, sts } = clientsOf(server);
      await client.send(new s3.CreateBucketCommand({ Bucket }));
      await client.send(new s3.CreateBucketCommand({ Bucket: `${Bucket}-empty` }));
      await iam.send(new CreateUserCommand({ UserName: "superfluous" }));
      await expect.poll(async () => (await healthOf(server)).disk.reservedBytes).toBeGreaterThan(0);
      const Body = Buffer.alloc(2 * MIB, 7);
      const put = (to: s3.S3Client, Key: string) =>
        to.send(new s3.PutObjectCommand({ Bucket, Key, Body }));
      const stored: string[] = [];
      let refusal: unknown;
      for (let index = 0; refusal === undefined && index < 40; index++) {
        const Key = String(index);
        await put(client, Key).then(
          () => stored.push(Key),
          (error: unknown) => {
            refusal = error;
          },
        );
      }
      expect(refusal).toMatchObject(NEARLY_FULL);
      expect(stored.length).toBeGreaterThan(10);

      const other = join(smallDisk, "of-another-program");
      fill(other);
      const remove = (Key = stored.pop()) => new s3.DeleteObjectCommand({ Bucket, Key });
      await client.send(remove());
      await client.send(new s3.DeleteBucketCommand({ Bucket: `${Bucket}-empty` }));
      await iam.send(new DeleteUserCommand({ UserName: "superfluous" }));
      await sts.send(new GetCallerIdentityCommand({}));
      await expect(put(client, "refused")).rejects.toMatchObject(NEARLY_FULL);

      // Full again, with nothing kept any more: SQLite writes over what its log has taken already.
      fill(other);
      const Objects = [{ Key: stored.pop() }, { Key: stored.pop() }];
      await client.send(new s3.DeleteObjectsCommand({ Bucket, Delete: { Objects } }));

      rmSync(other);
      const reserved = async (of: ServerProcess) => (await healthOf(of)).disk.reservedBytes;
      for (let left = 6; left > 0; left--) await client.send(remove());
      await put(client, "taken");
      await expect.poll(() => reserved(server)).toBeGreaterThan(0);
      fill(other);
      await server.stop("SIGKILL");
      const next = await start(["--data", data]);
      const again = clientsOf(next);
      await expect(put(again.client, "refused")).rejects.toMatchObject(NEARLY_FULL);
      await again.client.send(remove());
      rmSync(other);
      await put(again.client, "taken, too");
      await expect.poll(() => reserved(next)).toBeGreaterThan(0);
      expect(await healthOf(next)).toMatchObject({ store: { condition: "ok" }, ready: 200 });
    });
  });
