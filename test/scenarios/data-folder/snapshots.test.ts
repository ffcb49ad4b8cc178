import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, cp, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  GetUserCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import * as s3 from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { allow, policyOf } from "../../support/principals.ts";
import {
  COMMAND,
  type Outcome,
  rolecast as rolecastHere,
  runBuilt,
} from "../../support/rolecast-command.ts";
import { startServerProcess } from "../../support/server-process.ts";
import { type Clients, type Key, startTestServer } from "../../support/test-server.ts";
import { until } from "../../support/until.ts";

const Bucket = "snapshots";
const WRITERS = 4;
const KEYS_PER_WRITER = 6;

let home: string;
/** A server that is closed after its test, if not before. */
interface Started {
  readonly root: Clients;
  clients(key: Key): Clients;
}
const ends: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "rolecast-snapshots-"));
});
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});
afterAll(() => rm(home, { recursive: true, force: true }));

async function startProcess(data: string): Promise<Started> {
  const server = await startServerProcess(["--data", data]);
  ends.push(() => server.stop("SIGKILL"));
  return server;
}

/** In the test's process, which takes far less: for what doesn't depend on where it runs. */
async function start(data: string): Promise<Started> {
  const { clients, close } = await startTestServer({ data });
  ends.push(close);
  return { root: clients(), clients };
}

function rolecast(...args: readonly string[]): Promise<Outcome> {
  return rolecastHere(args, { cwd: home });
}

/** Puts, overwrites and deletes small objects that contain their own hash, until it is stopped. */
function writeOn(server: Started) {
  let running = true;
  const write = async (writer: number) => {
    for (let count = 0; running; count++) {
      const Key = `${writer}/${count % KEYS_PER_WRITER}`;
      const Body = randomBytes(1 + ((count * 7919) % 50_000));
      const Metadata = { sha256: hashOf(Body) };
      await server.root.s3.send(new s3.PutObjectCommand({ Bucket, Key, Body, Metadata }));
      if (count % 5 === 4) await server.root.s3.send(new s3.DeleteObjectCommand({ Bucket, Key }));
    }
  };
  const writers = Array.from({ length: WRITERS }, (_, i) => write(i));
  return async () => {
    running = false;
    await Promise.all(writers);
  };
}

/** Every object is what it says that it is; their number. */
async function expectWhole({ root }: Started): Promise<number> {
  const { Contents = [] } = await root.s3.send(new s3.ListObjectsV2Command({ Bucket }));
  for (const { Key } of Contents) {
    const { Body, Metadata } = await root.s3.send(new s3.GetObjectCommand({ Bucket, Key }));
    const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
    expect(hashOf(bytes)).toBe(Metadata?.sha256);
  }
  return Contents.length;
}

function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

async function filesOf(dir: string): Promise<Map<string, { mode: number; size: number }>> {
  const found = new Map<string, { mode: number; size: number }>();
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const { mode, size } = await stat(path);
    found.set(path.slice(dir.length + 1), { mode: mode & 0o777, size: entry.isFile() ? size : -1 });
  }
  return found;
}

const onlySqlite = process.env.ROLECAST_TEST_DATABASE === undefined;

describe.skipIf(!onlySqlite)("a snapshot of a running server", () => {
  test.each([
    ["file", "live.tar.gz"],
    ["folder", "live/"],
  ])("is whole while objects come and go: a %s", async (kind, name) => {
    const data = join(home, `data-${kind}`);
    const server = await startProcess(data);
    await server.root.s3.send(new s3.CreateBucketCommand({ Bucket }));
    await server.root.iam.send(new CreateUserCommand({ UserName: "kept" }));
    const { AccessKey } = await server.root.iam.send(
      new CreateAccessKeyCommand({ UserName: "kept" }),
    );
    const PolicyDocument = policyOf([allow("iam:GetUser")]);
    await server.root.iam.send(
      new PutUserPolicyCommand({ UserName: "kept", PolicyName: "own", PolicyDocument }),
    );
    const stop = writeOn(server);
    await until(async () => {
      const { KeyCount } = await server.root.s3.send(new s3.ListObjectsV2Command({ Bucket }));
      return (KeyCount ?? 0) > WRITERS;
    }, "objects of each writer");
    expect(await rolecast("snapshot", "save", name, "--data", data)).toMatchObject({ code: 0 });
    await stop();
    const loaded = join(home, `loaded-${kind}`);
    expect(await rolecast("snapshot", "load", name, "--data", loaded)).toMatchObject({ code: 0 });
    const files = await filesOf(loaded);
    for (const [path, { mode, size }] of files)
      expect([path, mode]).toEqual([path, size < 0 ? 0o700 : 0o600]);
    expect([...files.keys()]).toEqual(
      expect.arrayContaining(["sealing.key", "tls/rtmps.key", "cloudtrail", "rolecast.db"]),
    );
    const again = await start(loaded);
    expect(await expectWhole(again)).toBeGreaterThan(0);
    const own = again.clients({
      accessKeyId: AccessKey?.AccessKeyId ?? "",
      secretAccessKey: AccessKey?.SecretAccessKey ?? "",
    });
    expect((await own.iam.send(new GetUserCommand({}))).User?.UserName).toBe("kept");
    // Both go on by themselves.
    await expectWhole(server);
    const here = await again.root.s3.send(new s3.ListObjectsV2Command({ Bucket }));
    for (const { Key } of here.Contents ?? [])
      await again.root.s3.send(new s3.DeleteObjectCommand({ Bucket, Key }));
    const objects = await expectWhole(server);
    const bytes = async () =>
      [...(await filesOf(join(data, "s3", "blobs"))).values()].filter(({ size }) => size > 0);
    // Files that were deleted while the snapshot was made are removed afterwards.
    await expect.poll(async () => (await bytes()).length, { timeout: 20_000 }).toBe(objects);
    expect((await readdir(data)).filter((each) => each.startsWith("snapshot-"))).toEqual([]);
  });

  test("isn't written over what is there, nor into the folder that it is of", async () => {
    const data = join(home, "data-refused");
    await start(data);
    const full = join(home, "full");
    await cp(join(data, "tls"), full, { recursive: true });
    const inside = join(data, "inside.tar.gz");
    const refusals = [
      [["save", `${full}/`], /holds files already/],
      [["save", inside], /in the data folder itself/],
      [["load", full, "--data", data], /holds data already/],
    ] as const;
    for (const [args, message] of refusals) {
      const outcome = await rolecast(
        "snapshot",
        ...args,
        ...(args.length > 2 ? [] : ["--data", data]),
      );
      expect(outcome).toMatchObject({ code: 1, err: expect.stringMatching(message) });
    }
  });

  // A file that no byte can be written to, as on a full disk.
  if (existsSync("/dev/full"))
    test("says that the disk is full, and leaves nothing on it", async () => {
      const data = join(home, "data-no-room");
      await start(data);
      const folder = join(home, "no-room");
      await mkdir(folder);
      await symlink("/dev/full", join(folder, "full.tar.gz.partial"));
      const saved = await rolecast("snapshot", "save", join(folder, "full.tar.gz"), "--data", data);
      expect(saved).toMatchObject({ code: 1, err: "rolecast: the disk is full.\n" });
      expect(await readdir(folder)).toEqual([]);
    });

  test("reports files that were missing before", async () => {
    const data = join(home, "data-missing");
    const server = await start(data);
    await server.root.s3.send(new s3.CreateBucketCommand({ Bucket }));
    await server.root.s3.send(new s3.PutObjectCommand({ Bucket, Key: "k", Body: "bytes" }));
    const blobs = join(data, "s3", "blobs");
    for (const [path, { size }] of await filesOf(blobs)) if (size > 0) await rm(join(blobs, path));
    const saved = await rolecast("snapshot", "save", "missing.tar.gz", "--data", data);
    expect(saved).toMatchObject({
      code: 1,
      err: expect.stringContaining("1 files of objects were missing"),
    });
  });
});

test.skipIf(!onlySqlite)(
  "after a clean stop the database's one file holds everything",
  async () => {
    const data = join(home, "data-stopped");
    const server = await startServerProcess(["--data", data]);
    await server.root.s3.send(new s3.CreateBucketCommand({ Bucket }));
    await server.root.s3.send(new s3.PutObjectCommand({ Bucket, Key: "k", Body: "bytes" }));
    expect(await server.stop("SIGTERM")).toBe(0);
    for (const file of ["rolecast.db-wal", "rolecast.db-shm"])
      await rm(join(data, file), { force: true });
    const again = await start(data);
    const { Body } = await again.root.s3.send(new s3.GetObjectCommand({ Bucket, Key: "k" }));
    expect(await Body?.transformToString()).toBe("bytes");
  },
);

test("a folder whose rows are in PostgreSQL is refused with what to do", async () => {
  const data = join(home, "data-postgres");
  await cp(COMMAND, join(data, "s3", "blobs", "x"), { recursive: true });
  await writeFile(join(data, "sealing.key"), "");
  await chmod(data, 0o700);
  const saved = await rolecast("snapshot", "save", "x.tar.gz", "--data", data);
  expect(saved).toMatchObject({ code: 1, err: expect.stringContaining("pg_dump") });
});

test.skipIf(!onlySqlite)("a killed server's folder is kept, and resets are shown", async () => {
  const data = join(home, "killed");
  const first = await startServerProcess(["--data", data]);
  await first.root.iam.send(new CreateUserCommand({ UserName: "kept" }));
  await first.stop("SIGKILL");
  const archive = join(home, "killed.tar.gz");
  expect(await runBuilt(["snapshot", "save", archive, "--data", data])).toMatchObject({ code: 0 });
  const refused = await rolecast("snapshot", "load", archive, "--data", data);
  expect(refused).toMatchObject({ code: 1, err: expect.stringContaining("--replace") });
  const broken = await rolecast("snapshot", "load", COMMAND, "--data", join(home, "none"));
  expect(broken.err).toContain("can't be read as a snapshot");
  expect(existsSync(join(home, "none"))).toBe(false);
  const other = join(home, "other");
  expect(await runBuilt(["snapshot", "load", archive, "--data", other])).toMatchObject({ code: 0 });
  for (const [allowance, code] of [
    [[], 4],
    [["--allow-reset"], 0],
  ] as const) {
    const server = await startServerProcess(["--data", other, ...allowance]);
    ends.push(() => server.stop("SIGKILL"));
    const { User } = await server.root.iam.send(new GetUserCommand({ UserName: "kept" }));
    expect(User?.UserName).toBe("kept");
    const reset = await rolecast("reset", "--endpoint", server.endpoint);
    expect(reset.code).toBe(code);
    if (code !== 0) expect(reset.err).toContain("--allow-reset");
    await server.stop("SIGKILL");
  }
});
