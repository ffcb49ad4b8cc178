import { randomBytes } from "node:crypto";
import { cp, mkdtemp, readdir, rm, stat, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as s3 from "@aws-sdk/client-s3";
import Libsql from "libsql";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startServerProcess } from "../../support/server-process.ts";
import { type Clients, startTestServer } from "../../support/test-server.ts";

/*
 * What becomes of objects' files when the database isn't the one that the folder's last process
 * had: they stay, until the right one is put back.
 */

const BUCKET = "other-databases";
const KEYS_PER_BATCH = 5;

/** A server of the folder: a process only where it is to be killed, which takes far longer. */
interface Started {
  readonly endpoint: string;
  readonly banner: string;
  readonly root: Clients;
  stop(): Promise<unknown>;
}

let home: string;
let data: string;
let server: Started | undefined;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "rolecast-other-databases-"));
  data = join(home, "data");
});
afterEach(async () => {
  await stop();
  await rm(home, { recursive: true, force: true });
});

const bodies = new Map<string, Buffer>();

/** Starts a server that `stop` ends as this signal ends a process. */
async function start(signal: "SIGTERM" | "SIGKILL", folder = data): Promise<void> {
  if (signal === "SIGKILL") {
    const child = await startServerProcess(["--data", folder, "--allow-reset"]);
    server = { ...child, stop: () => child.stop(signal) };
  } else {
    const { endpoint, clients, close } = await startTestServer({ data: folder, logLevel: "error" });
    server = { endpoint, banner: "", root: clients(), stop: close };
  }
}

async function stop(): Promise<void> {
  await server?.stop();
  server = undefined;
}

async function put(batch: string): Promise<void> {
  const client = server?.root.s3;
  if (bodies.size === 0 || batch === "first") bodies.clear();
  await client?.send(new s3.CreateBucketCommand({ Bucket: BUCKET })).catch(() => undefined);
  for (let i = 0; i < KEYS_PER_BATCH; i++) {
    const [Key, Body] = [`${batch}/${i}`, randomBytes(1000 + i)];
    bodies.set(Key, Body);
    await client?.send(new s3.PutObjectCommand({ Bucket: BUCKET, Key, Body }));
  }
}

/** Objects are as they were put, all of them. */
async function expectObjects(keys = [...bodies.keys()]): Promise<void> {
  for (const Key of keys) {
    const found = await server?.root.s3.send(new s3.GetObjectCommand({ Bucket: BUCKET, Key }));
    const bytes = await found?.Body?.transformToByteArray();
    expect(bodies.get(Key)?.equals(bytes ?? new Uint8Array())).toBe(true);
  }
}

/** Files of blobs that have bytes. */
async function blobs(folder = data): Promise<string[]> {
  const dir = join(folder, "s3", "blobs");
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const paths = files.map((file) => join(file.parentPath, file.name));
  const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size));
  return paths
    .filter((_, i) => sizes[i] !== 0)
    .map((path) => relative(dir, path))
    .toSorted();
}

async function unreferencedFiles(): Promise<number> {
  const health = await fetch(`${server?.endpoint}/_rolecast/health`);
  return ((await health.json()) as { s3: { unreferencedFiles: number } }).s3.unreferencedFiles;
}

const databaseFiles = ["rolecast.db", "rolecast.db-wal", "rolecast.db-shm"];

/** Copies the files as an operator would. */
async function copyDatabase(to: string): Promise<void> {
  for (const file of databaseFiles)
    await cp(join(data, file), join(to, file)).catch(() => undefined);
}

/**
 * Puts new files in the place of the old ones, never others beside an old one: until its memory is
 * collected, this process has the database open that its last server closed, and SQLite would go on
 * with that connection's index of a log that isn't there any more.
 */
async function restoreDatabase(from: string, files = databaseFiles): Promise<void> {
  await removeDatabase();
  for (const file of files) await cp(join(from, file), join(data, file)).catch(() => undefined);
}

async function removeDatabase(): Promise<void> {
  for (const file of databaseFiles) await rm(join(data, file), { force: true });
}

/** With the current database the server starts, or refuses to; either way no file is removed. */
async function expectFilesToStay(
  signals: readonly ("SIGTERM" | "SIGKILL")[] = ["SIGTERM"],
): Promise<void> {
  const before = await blobs();
  expect(before.length).toBeGreaterThan(0);
  try {
    for (const signal of signals) {
      await start(signal);
      await expect.poll(unreferencedFiles).toBeGreaterThan(0);
      expect(server?.banner).not.toContain("Removed files");
      await stop();
    }
  } catch (error) {
    // Only a start may fail.
    expect(server, String(error)).toBeUndefined();
  }
  expect(await blobs()).toEqual(expect.arrayContaining(before));
}

const onlySqlite = process.env.ROLECAST_TEST_DATABASE === undefined;

/** A file that a running server writes under another name first may be gone before it is copied. */
const isSettled = (path: string) => !path.endsWith(".new");

describe.skipIf(!onlySqlite)("objects' files stay", () => {
  test.each(["SIGTERM", "SIGKILL"] as const)("without a database, after %s", async (signal) => {
    await start(signal);
    await put("first");
    await stop();
    const kept = join(home, "kept");
    await copyDatabase(kept);
    await removeDatabase();
    await expectFilesToStay();
    await restoreDatabase(kept);
    await start("SIGTERM");
    await expectObjects();
  });

  test("with an empty database", async () => {
    await start("SIGTERM");
    await put("first");
    await stop();
    await removeDatabase();
    await cp("/dev/null", join(data, "rolecast.db"), { force: true }).catch(() => undefined);
    await truncate(join(data, "rolecast.db"), 0).catch(() => undefined);
    await expectFilesToStay();
  });

  test("with a database that lost its write-ahead log", async () => {
    await start("SIGTERM");
    await put("first");
    await stop();
    await start("SIGKILL");
    await put("second");
    await stop();
    const kept = join(home, "kept");
    await copyDatabase(kept);
    const [database = ""] = databaseFiles;
    await restoreDatabase(kept, [database]);
    await expectFilesToStay(["SIGKILL", "SIGTERM"]);
    await restoreDatabase(kept);
    await start("SIGTERM");
    await expectObjects();
  });

  test.each(["SIGTERM", "SIGKILL"] as const)(
    "with a copy of the database that was made while the process ran that went on until %s",
    async (signal) => {
      await start(signal);
      await put("first");
      const older = join(home, "older");
      await copyDatabase(older);
      await put("second");
      await stop();
      const newest = join(home, "newest");
      await copyDatabase(newest);
      await restoreDatabase(older);
      await expectFilesToStay();
      await restoreDatabase(newest);
      await start("SIGTERM");
      await expectObjects();
    },
  );

  test("with a database of yesterday, and in the folder of tomorrow", async () => {
    await start("SIGTERM");
    await put("first");
    await stop();
    const yesterday = join(home, "yesterday");
    await copyDatabase(yesterday);
    await start("SIGKILL");
    await put("second");
    await stop();
    const today = join(home, "today");
    await copyDatabase(today);
    await restoreDatabase(yesterday);
    await expectFilesToStay();
    await restoreDatabase(today);
    await start("SIGTERM");
    await expectObjects();
    await expect.poll(blobs).toHaveLength(2 * KEYS_PER_BATCH);
  });

  test.each([true, false])(
    "with a copy of everything else in the folder put over it, its times kept: %s",
    async (preserveTimestamps) => {
      await start("SIGKILL");
      await put("first");
      const older = join(home, "older");
      await cp(data, older, { recursive: true, preserveTimestamps: true, filter: isSettled });
      await put("second");
      // Without its times, one that is put back within 3 s is indistinguishable from the original.
      if (!preserveTimestamps) await sleep(4_000);
      await stop();
      const newest = join(home, "newest");
      await copyDatabase(newest);
      await removeDatabase();
      await rm(join(older, "s3"), { recursive: true });
      await cp(older, data, { recursive: true, preserveTimestamps });
      await expectFilesToStay();
      await restoreDatabase(newest);
      await start("SIGTERM");
      await expectObjects();
    },
  );

  test("that an earlier release wrote, whose objects can be read", async () => {
    await start("SIGTERM");
    await put("first");
    await stop();
    const database = new Libsql(join(data, "rolecast.db"));
    database.exec("delete from s3_writers");
    database.exec("delete from s3_objects where object_key = 'first/0'");
    database.close();
    await rm(join(data, "s3-writers"), { recursive: true });
    await expectFilesToStay();
    await start("SIGTERM");
    await expectObjects([...bodies.keys()].slice(1));
  });

  test("in a copy of the folder, which sweeps what it wrote itself", async () => {
    await start("SIGKILL");
    await put("first");
    await stop();
    const copy = join(home, "copy");
    await cp(data, copy, { recursive: true, filter: isSettled });
    await start("SIGKILL", copy);
    await expectObjects();
    // Blank files of the process that was killed: a copy of its mark proves nothing.
    await expect.poll(unreferencedFiles).toBeGreaterThan(0);
    const kept = await unreferencedFiles();
    await put("second");
    await stop();
    await start("SIGTERM", copy);
    await expectObjects();
    await expect.poll(unreferencedFiles).toBe(kept);
    expect(await blobs(copy)).toHaveLength(2 * KEYS_PER_BATCH);
  });

  test("but not when everything is reset, after which the sweep goes on as before", async () => {
    await start("SIGKILL");
    await put("first");
    await server?.root.s3.send(
      new s3.PutObjectCommand({ Bucket: BUCKET, Key: "gone", Body: "gone" }),
    );
    expect(
      (await fetch(`${server?.endpoint}/_localstack/state/reset`, { method: "POST" })).status,
    ).toBe(200);
    expect(await blobs().catch(() => [])).toEqual([]);
    await put("first");
    await stop();
    await start("SIGTERM");
    await expectObjects();
    await expect.poll(blobs).toHaveLength(KEYS_PER_BATCH);
    expect(await unreferencedFiles()).toBe(0);
  });
});
