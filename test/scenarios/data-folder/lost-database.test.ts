import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateAccessKeyCommand, CreateUserCommand } from "@aws-sdk/client-iam";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import Libsql from "libsql";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { startServerProcess } from "../../support/server-process.ts";
import { type Key, startTestServer } from "../../support/test-server.ts";

const BODY = "an object's bytes";

/** A stopped server's folder with an object and a user's key; each test damages a copy of it. */
let original: string;
let data: string;
let userKey: Key;

beforeAll(async () => {
  original = join(mkdtempSync(join(tmpdir(), "rolecast-lost-")), "data");
  const server = await startServerProcess(["--data", original], { ROLECAST_DATABASE: "" });
  const { s3, iam } = server.root;
  await s3.send(new CreateBucketCommand({ Bucket: "kept" }));
  await s3.send(new PutObjectCommand({ Bucket: "kept", Key: "object", Body: BODY }));
  await iam.send(new CreateUserCommand({ UserName: "eve" }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "eve" }));
  userKey = {
    accessKeyId: AccessKey?.AccessKeyId ?? "",
    secretAccessKey: AccessKey?.SecretAccessKey ?? "",
  };
  // Without a clean end, so that part of the database is in its log.
  await server.stop("SIGKILL");
});
afterAll(() => rmSync(join(original, ".."), { recursive: true }));

beforeEach(() => {
  data = join(mkdtempSync(join(tmpdir(), "rolecast-lost-")), "data");
  cpSync(original, data, { recursive: true });
});
afterEach(() => rmSync(join(data, ".."), { recursive: true, force: true }));

/** SQLite's files are what these tests are about, so the database is never elsewhere. */
function start() {
  return startTestServer({ data, database: undefined });
}

function lose(...names: readonly string[]): void {
  for (const name of names) rmSync(join(data, name), { recursive: true, force: true });
}

const blobs = () => readdirSync(join(data, "s3/blobs"), { recursive: true }).length;

async function expectEverything(): Promise<void> {
  const server = await start();
  try {
    const found = await server
      .clients()
      .s3.send(new GetObjectCommand({ Bucket: "kept", Key: "object" }));
    expect(await found.Body?.transformToString()).toBe(BODY);
    await server.clients(userKey).sts.send(new GetCallerIdentityCommand({}));
  } finally {
    await server.close();
  }
}

const damages: readonly { what: string; damage: () => void; says: RegExp }[] = [
  {
    what: "no database",
    damage: () => lose("rolecast.db", "rolecast.db-wal", "rolecast.db-shm"),
    says: /holds sealing\.key and s3\/blobs .*Restore rolecast\.db, together with rolecast\.db-wal/,
  },
  {
    what: "an empty database",
    damage: () => {
      lose("rolecast.db", "rolecast.db-wal", "rolecast.db-shm");
      writeFileSync(join(data, "rolecast.db"), "");
    },
    says: /holds sealing\.key and s3\/blobs .*Restore rolecast\.db/,
  },
  {
    what: "objects alone",
    damage: () => lose("rolecast.db", "rolecast.db-wal", "rolecast.db-shm", "sealing.key"),
    says: /holds s3\/blobs of an earlier server/,
  },
  {
    what: "a sealing key alone",
    damage: () => lose("rolecast.db", "rolecast.db-wal", "rolecast.db-shm", "s3"),
    says: /holds sealing\.key of an earlier server/,
  },
  {
    what: "no sealing key",
    damage: () => lose("sealing.key"),
    says: /sealed with a key that the data folder .* doesn't have\. Put its sealing\.key there/,
  },
  {
    what: "another sealing key",
    damage: () => writeFileSync(join(data, "sealing.key"), new Uint8Array(32)),
    says: /sealed with another key than the sealing\.key/,
  },
  {
    what: "an empty sealing key",
    damage: () => writeFileSync(join(data, "sealing.key"), ""),
    says: /sealing\.key is damaged: it holds 0 bytes instead of 32\./,
  },
];

test.each(damages)(
  "a folder with $what is refused and nothing of it is lost",
  async ({ damage, says }) => {
    damage();
    const [objects, key] = [existsSync(join(data, "s3")), existsSync(join(data, "sealing.key"))];
    // As the command says it.
    const process = startServerProcess(["--data", data], { ROLECAST_DATABASE: "" });
    await expect(process).rejects.toThrow(says);
    // A second start is no way around it.
    await expect(start()).rejects.toThrow(says);
    if (objects) expect(blobs()).toBeGreaterThan(0);
    expect(existsSync(join(data, "sealing.key"))).toBe(key);
    // The files that are restored from the backup are whole.
    for (const name of ["rolecast.db", "rolecast.db-wal", "sealing.key", "s3"])
      cpSync(join(original, name), join(data, name), { recursive: true });
    lose("rolecast.db-shm");
    await expectEverything();
  },
);

test("a folder of a version that left no mark of its key opens, and is marked", async () => {
  await (await start()).close();
  const mark = () => {
    const database = new Libsql(join(data, "rolecast.db"));
    const rows = database.prepare("select key_mark from rolecast_sealing").all([]);
    database.close();
    return rows;
  };
  const before = mark();
  const database = new Libsql(join(data, "rolecast.db"));
  database.exec("drop table rolecast_sealing");
  database.close();
  const key = join(data, "sealing.key");
  cpSync(key, `${key}.right`);
  writeFileSync(key, new Uint8Array(32));
  await expect(start()).rejects.toThrow("sealed with another key");
  rmSync(key);
  await expect(start()).rejects.toThrow("sealed with a key that the data folder");
  cpSync(`${key}.right`, key);
  await expectEverything();
  expect(mark()).toEqual(before);
});
