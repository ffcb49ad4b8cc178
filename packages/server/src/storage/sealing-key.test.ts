import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { sql } from "kysely";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { RecordedDisk } from "../kernel/files/testing/recorded-disk.ts";
import { DataFolderError } from "./data-folder-error.ts";
import { openStore } from "./open-store.ts";
import type { KeyTrial } from "./sealing-key.ts";
import { SealingKey, SealingKeyError } from "./sealing-key.ts";
import type { OpeningDatabase } from "./store.ts";
import { hasPostgres, makeSharedSchema } from "./testing/postgres-server.ts";

const recordedDisk = new RecordedDisk();
beforeAll(() => recordedDisk.install());

const things = {
  name: "test/0001-things",
  up: async ({ schema }: OpeningDatabase["db"]) => {
    await schema
      .createTable("things")
      .addColumn("id", "text", (c) => c.primaryKey())
      .execute();
  },
};

const dialects = [
  { name: "SQLite", makeUrl: async () => undefined },
  ...(hasPostgres ? [{ name: "PostgreSQL", makeUrl: makeSharedSchema }] : []),
];

describe.each(dialects)("the sealing key with $name", ({ name, makeUrl }) => {
  let dir: string;
  let url: string | undefined;
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), "rolecast-key-"));
    url = await makeUrl();
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  /** Does what a node does when it starts; ends where `until` says, as if it were killed. */
  async function start(
    until: "commit" | "end" = "end",
    trial: KeyTrial = async () => "empty",
    folder = dir,
  ): Promise<Uint8Array | undefined> {
    const sealing = new SealingKey({
      dir: folder,
      durable: true,
      shared: url !== undefined,
      referenced: ["blobs"],
      trial,
    });
    const store = await openStore({
      shared: url === undefined ? undefined : { url },
      file: join(folder, "rolecast.db"),
      durable: true,
      migrations: [things],
      nowMs: () => 1,
      settle: (opening) => sealing.settle(opening),
    });
    await store.close();
    return until === "end" ? sealing.keep() : undefined;
  }

  const keyFile = () => join(dir, "sealing.key");

  function put(path: string, data: string | Uint8Array = "x"): void {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), data);
  }

  async function loseDatabase(): Promise<void> {
    if (url !== undefined) url = await makeUrl();
    for (const name of readdirSync(dir)) {
      if (name.startsWith("rolecast.db")) rmSync(join(dir, name));
    }
  }

  test("is made once, survives a power cut, and stays", async () => {
    const key = await start();
    expect(recordedDisk.lost(dir).filter((name) => name.startsWith("sealing"))).toEqual([]);
    expect(recordedDisk.hasty).toEqual([]);
    expect(await start()).toEqual(key);
    expect(readFileSync(keyFile())).toEqual(Buffer.from(key ?? []));
    expect(readdirSync(dir).filter((name) => name.startsWith("sealing"))).toEqual(["sealing.key"]);
  });

  test("is found again by the start after one that was killed before naming it", async () => {
    await start("commit");
    expect(existsSync(keyFile())).toBe(false);
    const key = await start();
    expect(await start()).toEqual(key);
  });

  test("that is missing is neither made nor forgotten", async () => {
    const key = await start();
    rmSync(keyFile());
    await expect(start()).rejects.toThrow(SealingKeyError);
    await expect(start()).rejects.toThrow("Put its sealing.key there: from the backup");
    expect(readdirSync(dir).filter((name) => name.startsWith("sealing"))).toEqual([]);
    put("sealing.key", key);
    expect(await start()).toEqual(key);
  });

  test("that is another one is refused", async () => {
    await start();
    put("sealing.key", new Uint8Array(32));
    await expect(start()).rejects.toThrow(SealingKeyError);
    await expect(start()).rejects.toThrow("copy its sealing.key here");
  });

  test("that is damaged is refused, with the way out, and kept", async () => {
    for (const damaged of ["", "short", "x".repeat(33)]) {
      put("sealing.key", damaged);
      await expect(start()).rejects.toThrow(DataFolderError);
      await expect(start()).rejects.toThrow(`holds ${damaged.length} bytes instead of 32`);
      expect(readFileSync(keyFile(), "utf8")).toBe(damaged);
    }
  });

  test("of a database that has no mark yet is tried on what is sealed in there", async () => {
    const key = await start();
    for (const [trial, refusal] of [
      ["fails", "sealed with another key"],
      ["opens", undefined],
    ] as const) {
      await dropMark();
      const started = start("end", async () => trial);
      if (refusal === undefined) expect(await started).toEqual(key);
      else await expect(started).rejects.toThrow(refusal);
    }
    // The mark is there now: nothing is tried any more.
    expect(await start("end", async () => "fails")).toEqual(key);
  });

  test("is made for a database without a mark only if nothing in there is sealed", async () => {
    await start();
    await dropMark();
    rmSync(keyFile());
    await expect(start("end", async () => "fails")).rejects.toThrow(SealingKeyError);
    expect(existsSync(keyFile())).toBe(false);
    await start("end", async () => "empty");
    expect(existsSync(keyFile())).toBe(true);
  });

  test("or objects beside a database that is gone keep a new one from beginning", async () => {
    const key = await start();
    put("blobs/a/b");
    await loseDatabase();
    await expect(start()).rejects.toThrow(DataFolderError);
    await expect(start()).rejects.toThrow("holds sealing.key and blobs of an earlier server");
    await expect(start()).rejects.toThrow("To begin anew");
    // An empty file is no database either, nor is a refused start a first one.
    if (url === undefined) {
      await loseDatabase();
      put("rolecast.db", "");
      await expect(start()).rejects.toThrow("Restore rolecast.db, together with rolecast.db-wal");
    }
    expect(readFileSync(keyFile())).toEqual(Buffer.from(key ?? []));
    rmSync(keyFile());
    await expect(start()).rejects.toThrow("holds blobs of an earlier server");
  });

  test("isn't missed where empty folders are all that is there", async () => {
    mkdirSync(join(dir, "blobs/prefix"), { recursive: true });
    put("lock.db");
    const key = await start();
    expect(readFileSync(keyFile())).toEqual(Buffer.from(key ?? []));
  });

  test("given for the first start is used for a database elsewhere, and refused for SQLite", async () => {
    put("sealing.key", new Uint8Array(32).fill(7));
    put("lock.db");
    if (url !== undefined) expect(await start()).toEqual(Buffer.alloc(32, 7));
    else await expect(start()).rejects.toThrow("holds sealing.key of an earlier server");
  });

  // SQLite has one node.
  if (name === "PostgreSQL")
    test("is one for nodes that start together", async () => {
      const keys = await Promise.all(Array.from({ length: 4 }, () => start()));
      expect(new Set(keys.map((key) => Buffer.from(key ?? []).toString("hex"))).size).toBe(1);
      const other = mkdtempSync(join(tmpdir(), "rolecast-key-"));
      await expect(start("end", undefined, other)).rejects.toThrow("data folder of another node");
      expect(readdirSync(other)).toEqual([]);
      writeFileSync(join(other, "sealing.key"), readFileSync(keyFile()));
      expect(await start("end", undefined, other)).toEqual(keys[0]);
      rmSync(other, { recursive: true });
    });

  async function dropMark(): Promise<void> {
    const store = await openStore({
      shared: url === undefined ? undefined : { url },
      file: join(dir, "rolecast.db"),
      durable: true,
      migrations: [things],
      nowMs: () => 1,
      settle: async ({ db }) => {
        await sql`delete from rolecast_sealing`.execute(db);
      },
    });
    await store.close();
  }
});
