import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as s3 from "@aws-sdk/client-s3";
import Libsql from "libsql";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ServerProcess, startServerProcess } from "../../support/server-process.ts";
import { clientsOf, ROOT } from "../../support/test-server.ts";

const BUCKET = "durability-contract";
const VERSIONED = { Bucket: "durability-versions", Key: "k" };
const WRITERS = 8;
const KEYS_PER_WRITER = 12;
/** About every fifth body is no longer, and is kept in the database. */
const INLINE_BYTES = 65_536;
/** Acknowledged before each crash; in the second round they overwrite the first one's. */
const WRITES = 6 * WRITERS;
const ROUNDS = 2;

let dataDir: string;
let server: ServerProcess | undefined;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "rolecast-durability-"));
});
afterAll(async () => {
  await server?.stop("SIGKILL");
  await rm(dataDir, { recursive: true, force: true });
});

/**
 * The states that a key may have after the crash: the last acknowledged one, or one that was on its
 * way.
 */
interface Expectation {
  acknowledged: string | undefined;
  onItsWay: string | undefined;
}

describe("after a kill -9", () => {
  test("acknowledged objects are there, others as they were, and no file is left over", async () => {
    const expected = new Map<string, Expectation>();
    server = await start();
    await client().send(new s3.CreateBucketCommand({ Bucket: BUCKET }));
    const older = await writeOlderVersions();
    for (let round = 0; round < ROUNDS; round++) {
      const writers: Promise<void>[] = [];
      await new Promise<void>((enough, fail) => {
        let writes = 0;
        const acknowledged = () => ++writes === WRITES && enough();
        for (let i = 0; i < WRITERS; i++) {
          const writing = writeUntilCut(i, expected, acknowledged);
          writing.catch(fail);
          writers.push(writing);
        }
      });
      await server.stop("SIGKILL");
      await Promise.all(writers);
      server = await start();
      await checkObjects(expected);
    }
    for (const [VersionId, body] of older) {
      const { Body } = await client().send(new s3.GetObjectCommand({ ...VERSIONED, VersionId }));
      expect(await Body?.transformToString()).toBe(body);
    }
    const acknowledged = [...expected.values()].filter((each) => each.acknowledged !== undefined);
    expect(acknowledged.length).toBeGreaterThan(WRITERS);
    // Among several nodes, a process is ended only half a minute later (docs/adr/0018).
    const { ROLECAST_TEST_DATABASE: database, TESTS_OBJECTS: store } = process.env;
    if (database === undefined && store === undefined) await expectNoOrphans(older.size);
  });
});

function start(): Promise<ServerProcess> {
  const inline = ["--inline-object-bytes", String(INLINE_BYTES)];
  return startServerProcess(["--data", dataDir, ...inline]);
}

function client(): s3.S3Client {
  return clientsOf(server?.endpoint ?? "", ROOT, "us-east-1").s3;
}

/** Two versions of an object that has been deleted: their bodies by id. */
async function writeOlderVersions(): Promise<ReadonlyMap<string | undefined, string>> {
  const own = client();
  const { Bucket } = VERSIONED;
  await own.send(new s3.CreateBucketCommand({ Bucket }));
  const VersioningConfiguration = { Status: "Enabled" as const };
  await own.send(new s3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
  const older = new Map<string | undefined, string>();
  for (const Body of ["first", "second"]) {
    const { VersionId } = await own.send(new s3.PutObjectCommand({ ...VERSIONED, Body }));
    older.set(VersionId, Body);
  }
  await own.send(new s3.DeleteObjectCommand(VERSIONED));
  return older;
}

/** Puts, overwrites and deletes until the connection breaks. */
async function writeUntilCut(
  writer: number,
  expected: Map<string, Expectation>,
  acknowledged: () => void,
): Promise<void> {
  const own = client();
  for (let count = 0; ; count++) {
    const Key = `${writer}/${count % KEYS_PER_WRITER}`;
    const Body = randomBytes(1 + ((count * 7919 * (writer + 1)) % 300_000));
    const entry = expected.get(Key) ?? { acknowledged: undefined, onItsWay: undefined };
    expected.set(Key, entry);
    entry.onItsWay = hashOf(Body);
    try {
      await own.send(new s3.PutObjectCommand({ Bucket: BUCKET, Key, Body }));
    } catch (error) {
      // The cut: whether this one was stored is not known.
      if (!(error instanceof s3.S3ServiceException)) return;
      if (error.name !== "SlowDown") throw error;
      // A busy machine: it wasn't stored, and the writer goes on.
      entry.onItsWay = entry.acknowledged;
      continue;
    }
    entry.acknowledged = entry.onItsWay;
    acknowledged();
  }
}

async function checkObjects(expected: Map<string, Expectation>): Promise<void> {
  const own = client();
  for (const [Key, entry] of expected) {
    const found = await own.send(new s3.GetObjectCommand({ Bucket: BUCKET, Key })).then(
      async ({ Body }) => hashOf((await Body?.transformToByteArray()) ?? new Uint8Array()),
      (error: s3.S3ServiceException) => {
        if (error.name === "NoSuchKey") return undefined;
        throw error;
      },
    );
    expect([entry.acknowledged, entry.onItsWay]).toContain(found);
    entry.acknowledged = found;
    entry.onItsWay = found;
  }
}

/** The sweep of the last start runs during the requests: its end is waited for. */
async function expectNoOrphans(olderVersions: number): Promise<void> {
  const { Contents = [] } = await client().send(new s3.ListObjectsV2Command({ Bucket: BUCKET }));
  const inline = Contents.filter(({ Size = 0 }) => Size <= INLINE_BYTES).length;
  expect(inline).toBeGreaterThan(0);
  await expect.poll(countFiles).toBe(Contents.length - inline);
  expect(countInline()).toBe(inline + olderVersions);
}

function countInline(): number {
  const database = new Libsql(join(dataDir, "rolecast.db"), { readonly: true });
  try {
    const row = database.prepare("select count(*) as n from s3_inline_blobs").get();
    return (row as { n: number }).n;
  } finally {
    database.close();
  }
}

/** Files with bytes: the server keeps some empty ones ready. */
async function countFiles(): Promise<number> {
  const entries = await readdir(join(dataDir, "s3"), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const stats = await Promise.all(files.map((file) => stat(join(file.parentPath, file.name))));
  return stats.filter(({ size }) => size > 0).length;
}

function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
