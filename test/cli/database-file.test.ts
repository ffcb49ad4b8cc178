import { execFileSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateUserCommand } from "@aws-sdk/client-iam";
import Libsql from "libsql";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { refusedStart } from "../support/rolecast-command.ts";
import { startServerProcess } from "../support/server-process.ts";

/*
 * What `rolecast start` says of a database file that it can't use: one sentence, the exit code of a
 * mistake in the configuration, no stack.
 */

let template = "";
let dir = "";
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "rolecast-database-file-"));
  template = join(dir, "template");
  const server = await startServerProcess(["--data", template], {});
  for (let index = 0; index < 20; index++)
    await server.root.iam.send(new CreateUserCommand({ UserName: `user-${index}` }));
  await server.stop();
  const database = new Libsql(join(template, "rolecast.db"));
  database.prepare("pragma wal_checkpoint(truncate)").all();
  database.exec("pragma journal_mode = delete");
  database.close();
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** A copy of a data folder whose database is whole. */
function copy(): string {
  const data = mkdtempSync(join(dir, "copy-"));
  execFileSync("cp", ["-r", `${template}/.`, data]);
  return data;
}

function overwrite(file: string, at: number, bytes: Uint8Array): void {
  const descriptor = openSync(file, "r+");
  writeSync(descriptor, bytes, 0, bytes.length, at);
  closeSync(descriptor);
}

function replaceByFolder(file: string): void {
  rmSync(file, { force: true });
  mkdirSync(file);
}

const PAGE = 4096;
/** Some give the way to undo it. */
type Harm = (file: string) => unknown;
const harms: readonly (readonly [name: string, harm: Harm, sentence: RegExp])[] = [
  [
    "is no database",
    (file) => writeFileSync(file, "these are not the bytes of a database".repeat(1_000)),
    /isn't an SQLite database\. .*\(SQLITE_NOTADB\)/,
  ],
  [
    "ends in its middle",
    (file) => truncateSync(file, (statSync(file).size / PAGE / 2) * PAGE),
    /is damaged\. Load a snapshot.*\(SQLITE_CORRUPT\)/,
  ],
  ["ends in its first page", (file) => truncateSync(file, 1_000), /\(SQLITE_(CORRUPT|NOTADB)\)/],
  [
    "is overwritten",
    (file) => overwrite(file, 100, Buffer.alloc(statSync(file).size - 100, 0xff)),
    /is damaged\. .*\(SQLITE_CORRUPT\)/,
  ],
  [
    "is a folder",
    replaceByFolder,
    /can't be opened\. .*must be files that this user may read and write\. \(SQLITE_CANTOPEN\)/,
  ],
  [
    "is a pipe",
    (file) => {
      rmSync(file);
      execFileSync("mkfifo", [file]);
    },
    /isn't a file\. Put the right one there/,
  ],
  [
    "has a folder in the place of its log",
    (file) => replaceByFolder(`${file}-wal`),
    /can't be opened\. .*\(-wal, -shm\).*\(SQLITE_CANTOPEN\)/,
  ],
  [
    "is locked by another program",
    (file) => {
      const other = new Libsql(file);
      other.exec("pragma locking_mode = exclusive; begin exclusive");
      return () => other.close();
    },
    /is locked by another program\. Close that program.*\(SQLITE_BUSY\)/,
  ],
  [
    "was written by a newer version",
    (file) => {
      const database = new Libsql(file);
      database.exec("insert into rolecast_migrations values ('s3/9999-from-the-future', 1)");
      database.close();
    },
    /written by a newer version of Rolecast \(migration s3\/9999-from-the-future\)/,
  ],
];

describe.skipIf(process.env.ROLECAST_TEST_DATABASE !== undefined)("a database file that", () => {
  test.each(harms)("%s", async (_name, harm, sentence) => {
    const data = copy();
    const undo = harm(join(data, "rolecast.db"));
    const { code, err } = await refusedStart(["--data", data]);
    if (typeof undo === "function") undo();
    expect(code).toBe(2);
    expect(err).toMatch(/^rolecast: /);
    expect(err).toMatch(sentence);
    expect(err).not.toMatch(/\n\s+at /);
    expect(err.trim().split("\n")).toHaveLength(1);
  });

  // Root may write everything.
  if (process.getuid?.() !== 0)
    test("may not be written", async () => {
      const data = copy();
      chmodSync(join(data, "rolecast.db"), 0o400);
      const refused = { code: 2, err: expect.stringMatching(/ is read-only\. Let this user/) };
      expect(await refusedStart(["--data", data])).toMatchObject(refused);
    });

  test("is whole is served", async () => {
    const server = await startServerProcess(["--data", copy()]);
    expect(await server.stop()).toBe(0);
    expect(readFileSync(join(template, "rolecast.db")).length).toBeGreaterThan(PAGE);
  });
});
