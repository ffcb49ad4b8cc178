import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ServerProcess, startServerProcess } from "../../support/server-process.ts";
import { clientsOf, ROOT } from "../../support/test-server.ts";

const BUCKET = "memory-contract";
const MIB = 1024 * 1024;
/** More than the process may hold; the benchmark sends 1 GiB. */
const SIZE_MIB = 256;
/** Issue: a 1 GiB upload and download keep the process below 200 MB. */
const RESIDENT_BYTES_MAX = 200_000_000;

let dataDir: string;
let server: ServerProcess | undefined;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "rolecast-memory-"));
});
afterAll(async () => {
  await server?.stop("SIGKILL");
  await rm(dataDir, { recursive: true, force: true });
});

const canMeasure = existsSync("/proc/self/status");

describe.skipIf(!canMeasure)("memory (skipped without /proc)", () => {
  test(`${SIZE_MIB} MiB go up and come down through less than 200 MB`, async () => {
    server = await startServerProcess(["--data", dataDir]);
    const { s3: client } = clientsOf(server.endpoint, ROOT, "us-east-1");
    await client.send(new s3.CreateBucketCommand({ Bucket: BUCKET }));
    const piece = Buffer.alloc(MIB);
    const sent = createHash("md5");
    function* pieces() {
      for (let i = 0; i < SIZE_MIB; i++) {
        piece.fill(i & 255);
        sent.update(piece);
        // A copy: the client may hold on to it while the next one is made.
        yield Buffer.from(piece);
      }
    }
    const { ETag } = await client.send(
      new s3.PutObjectCommand({
        Bucket: BUCKET,
        Key: "large",
        Body: Readable.from(pieces()),
        ContentLength: SIZE_MIB * MIB,
      }),
    );
    expect(ETag).toBe(`"${sent.digest("hex")}"`);
    const { Body } = await client.send(
      new s3.GetObjectCommand({ Bucket: BUCKET, Key: "large", ChecksumMode: "ENABLED" }),
    );
    let receivedBytes = 0;
    for await (const chunk of Body as Readable) receivedBytes += (chunk as Buffer).length;
    expect(receivedBytes).toBe(SIZE_MIB * MIB);
    expect(await highestResidentBytes(server.pid)).toBeLessThan(RESIDENT_BYTES_MAX);
  });
});

async function highestResidentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}
