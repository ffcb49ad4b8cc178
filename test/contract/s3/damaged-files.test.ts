import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ServerProcess, startServerProcess } from "../../support/server-process.ts";

/*
 * Objects' files that aren't as they were written: a request for the object is refused before
 * any of it is sent, and the operator reads in the log which file it is.
 */

const Bucket = "damaged-files";
const PART_BYTES = 5 * 1024 * 1024;

let data: string;
let server: ServerProcess;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "rolecast-damaged-"));
  server = await startServerProcess(["--data", data, "--log-level", "info"]);
  await server.root.s3.send(new s3.CreateBucketCommand({ Bucket }));
});
afterAll(async () => {
  await server?.stop("SIGKILL");
  await rm(data, { recursive: true, force: true });
});

const client = () => server.root.s3;

/** Puts the object and gives the path of its file. */
async function put(Key: string): Promise<string> {
  const Body = randomBytes(300_000);
  await client().send(new s3.PutObjectCommand({ Bucket, Key, Body }));
  return fileOf(Body);
}

async function fileOf(bytes: Buffer): Promise<string> {
  const dir = join(data, "s3", "blobs");
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && (await readFile(path)).equals(bytes)) return path;
  }
  throw new Error("no file holds the object's bytes");
}

/** Two parts; the file of the second. */
async function upload(Key: string) {
  const { UploadId } = await client().send(new s3.CreateMultipartUploadCommand({ Bucket, Key }));
  const bodies = [randomBytes(PART_BYTES), randomBytes(1000)];
  const Parts: s3.CompletedPart[] = [];
  for (const [i, Body] of bodies.entries()) {
    const part = { Bucket, Key, UploadId, PartNumber: i + 1, Body };
    const { ETag } = await client().send(new s3.UploadPartCommand(part));
    Parts.push({ ETag, PartNumber: i + 1 });
  }
  const file = await fileOf(bodies[1] ?? Buffer.alloc(0));
  const complete = () =>
    client().send(
      new s3.CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }),
    );
  return { UploadId, file, complete };
}

const damages: Readonly<Record<string, (file: string) => Promise<void>>> = {
  "shorter than its row": (file) => truncate(file, 700),
  empty: (file) => truncate(file, 0),
  "longer than its row": (file) => appendFile(file, "more"),
  missing: (file) => rm(file),
  // Nothing is written into it: a reader would wait for its bytes for ever.
  "a pipe": async (file) => {
    await rm(file);
    execFileSync("mkfifo", [file]);
  },
  "a folder": async (file) => {
    await rm(file);
    await mkdir(file);
  },
};

const CopySource = `${Bucket}/source`;
const uses: Readonly<Record<string, () => Promise<unknown>>> = {
  GetObject: () => get({}),
  "GetObject of the first bytes": () => get({ Range: "bytes=0-9" }),
  "GetObject of the last bytes": () => get({ Range: "bytes=-10" }),
  CopyObject: () => client().send(new s3.CopyObjectCommand({ Bucket, Key: "copy", CopySource })),
  "CopyObject with another checksum": () =>
    client().send(
      new s3.CopyObjectCommand({ Bucket, Key: "copy", CopySource, ChecksumAlgorithm: "SHA256" }),
    ),
  UploadPartCopy: () => copyPart(undefined),
  "UploadPartCopy of a range": () => copyPart("bytes=0-9"),
};

function get(more: Partial<s3.GetObjectCommandInput>) {
  return client().send(new s3.GetObjectCommand({ Bucket, Key: "source", ...more }));
}

async function copyPart(CopySourceRange: string | undefined) {
  const { UploadId } = await client().send(
    new s3.CreateMultipartUploadCommand({ Bucket, Key: "parts" }),
  );
  return client().send(
    new s3.UploadPartCopyCommand({
      ...{ Bucket, Key: "parts", UploadId, PartNumber: 1, CopySource, CopySourceRange },
    }),
  );
}

const REFUSED = { name: "InternalError", $metadata: { httpStatusCode: 500 } };

describe.each(Object.entries(damages))("a file that is %s", (_, damage) => {
  test("refuses every use of its object, and the log names it", async () => {
    const file = await put("source");
    await damage(file);
    for (const [name, use] of Object.entries(uses))
      await expect(use(), name).rejects.toMatchObject(REFUSED);
    const blobId = file.slice(join(data, "s3", "blobs").length + 1);
    expect(await server.said(new RegExp(blobId))).toContain("damaged or missing");
  });

  test("of a part keeps its upload from being completed", async () => {
    const { file, complete } = await upload("big");
    await damage(file);
    await expect(complete()).rejects.toMatchObject(REFUSED);
  });

  test("of a later part refuses the object before its first byte, but not a range beside it", async () => {
    const { file, complete } = await upload("source");
    await complete();
    await damage(file);
    await expect(get({})).rejects.toMatchObject(REFUSED);
    const { ContentLength, Body } = await get({ Range: "bytes=0-9" });
    expect([ContentLength, (await Body?.transformToByteArray())?.length]).toEqual([10, 10]);
  });
});

test("an object without bytes needs no file", async () => {
  await client().send(new s3.PutObjectCommand({ Bucket, Key: "source", Body: "" }));
  await expect(get({})).resolves.toMatchObject({ ContentLength: 0 });
  await uses.CopyObject?.();
});
