import {
  copyFile,
  type FileHandle,
  link,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  stat,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import { systemClock } from "./kernel/clock.ts";
import { keepFresh } from "./kernel/files/keep-fresh.ts";
import { placeBelow } from "./kernel/files/path-below.ts";
import { syncFolder } from "./kernel/files/write-durably.ts";
import { randomIds } from "./kernel/ids.ts";
import { BLOBS_FOLDER, hasCode } from "./services/s3/blobs/blob-files.ts";
import { HOLDS_FOLDER, holdBlobs } from "./services/s3/blobs/blob-holds.ts";
import { MARKS_FOLDER, WriterMarks } from "./services/s3/blobs/writer-marks.ts";
import { isInline } from "./services/s3/rows/inline-blobs.ts";
import { copyDatabase, withDatabase } from "./storage/sqlite/database-copy.ts";

const DATABASE = "rolecast.db";
const STAGE = /^snapshot-.*\.partial$/;
/** Locks, what is made anew in the copy, and what isn't finished: no part of what is kept. */
const NOT_KEPT = [/^lock\.db/, /^disk\.reserve/, /^rolecast\.db/, STAGE, /\.new$/];
const NOT_KEPT_FOLDERS: readonly string[] = [BLOBS_FOLDER, MARKS_FOLDER, HOLDS_FOLDER];
/** A stage that is older than that belongs to a process that died. */
const STAGE_LIFETIME_MS = 60_000;
const LINKS_AT_ONCE = 16;
/** Errors of a file that can't have a second name: another file system, or one without links. */
const NO_LINK = ["EXDEV", "EPERM", "EMLINK", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"];

/** A whole data folder as it was at one moment, inside the one that it is a copy of. */
export interface StagedSnapshot {
  readonly dir: string;
  /** Files of objects that were missing before: their objects can't be read in the copy either. */
  readonly missing: number;
  remove(): Promise<void>;
}

/**
 * Makes a copy of a data folder, whose server may run, with links for objects' bytes. Every row of
 * the database has its bytes: no process removes any meanwhile. Everything, objects' bytes too, is
 * on the disk when this resolves. Rejects with the error of SQLite or the file system.
 */
export async function stageSnapshot(folder: string): Promise<StagedSnapshot> {
  await removeDeadStages(folder);
  const dir = join(folder, `snapshot-${randomIds.uuid()}.partial`);
  await mkdir(dir, { mode: 0o700 });
  const endRenewals = keepFresh(dir);
  const remove = async () => {
    await endRenewals();
    await rm(dir, { recursive: true, force: true });
  };
  const release = await holdBlobs(folder);
  try {
    // Before the database: what it takes in meanwhile from a file that goes then is in one of them.
    await linkFiles(folder, dir);
    // In this process: a server beside it goes on.
    copyDatabase(join(folder, DATABASE), join(dir, DATABASE));
    await linkFiles(folder, dir);
    await separateFiles(dir);
    const { blobIds, isElsewhere, writers } = settleDatabase(join(dir, DATABASE));
    const marks = new WriterMarks(join(dir, MARKS_FOLDER));
    for (const { prefix, commits } of writers) await marks.end(prefix, commits);
    const missing = await linkBlobs(blobIds, folder, dir);
    await syncAll(dir);
    return { dir, missing: isElsewhere ? 0 : missing, remove };
  } catch (error) {
    await remove();
    throw error;
  } finally {
    await release();
  }
}

async function removeDeadStages(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!STAGE.test(name)) continue;
    const { mtimeMs } = await stat(join(folder, name));
    if (systemClock.nowMs() - mtimeMs > STAGE_LIFETIME_MS)
      await rm(join(folder, name), { recursive: true, force: true });
  }
}

interface Settled {
  readonly blobIds: readonly string[];
  /** Bytes that the folder lacks are in an object store. */
  readonly isElsewhere: boolean;
  readonly writers: readonly { readonly prefix: string; readonly commits: number }[];
}

/** Ends all writers in the copy, with all of their commits: no process writes there. */
function settleDatabase(file: string): Settled {
  return withDatabase(file, (database) => {
    const has = (table: string) =>
      database.prepare("select 1 from sqlite_master where name = ?").get(table) !== undefined;
    const select = <Row>(statement: string) => database.prepare(statement).all() as Row[];
    // The rest is in an object store, which this is no copy of.
    const isElsewhere =
      has("s3_places") && database.prepare("select 1 from s3_places").get() !== undefined;
    const blobIds = ["s3_objects", "s3_versions", "s3_parts"].filter(has).flatMap((table) =>
      select<{ blob_id: string }>(
        `select blob_id from ${table} where blob_id is not null and size_bytes > 0`,
      )
        .map((row) => row.blob_id)
        .filter((blobId) => !isInline(blobId)),
    );
    if (!has("s3_writers")) return { blobIds, isElsewhere, writers: [] };
    database.exec("update s3_writers set ended_ms = started_ms where ended_ms is null");
    const writers = select<{ prefix: string; commits: number }>(
      "select prefix, commits from s3_writers",
    );
    return { blobIds, isElsewhere, writers };
  });
}

/** Gives everything but objects' bytes a second name in the copy, where it hasn't one yet. */
async function linkFiles(from: string, to: string, below = ""): Promise<void> {
  for (const entry of await readdir(join(from, below), { withFileTypes: true })) {
    const name = join(below, entry.name);
    if (below === "" && NOT_KEPT.some((pattern) => pattern.test(name))) continue;
    if (NOT_KEPT_FOLDERS.includes(name)) continue;
    if (entry.isDirectory()) {
      await mkdir(join(to, name), { recursive: true, mode: 0o700 });
      await linkFiles(from, to, name);
    } else if (entry.isFile()) await linkOrCopy(join(from, name), join(to, name));
  }
}

/** False when there is no such file. */
async function linkOrCopy(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return false;
    if (hasCode(error, "EEXIST")) return true;
    if (!NO_LINK.some((code) => hasCode(error, code))) throw error;
    try {
      await copyFile(from, to);
      await sealFile(to);
    } catch (copying) {
      if (hasCode(copying, "ENOENT")) return false;
      throw copying;
    }
  }
  return true;
}

/** Copies the bytes of files that a server goes on writing to. */
async function separateFiles(dir: string): Promise<void> {
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (!entry.isFile() || file === join(dir, DATABASE)) continue;
    await copyFile(file, `${file}.copy`);
    await rename(`${file}.copy`, file);
  }
}

/** Resolves to the number of those that aren't there. */
async function linkBlobs(blobIds: readonly string[], folder: string, dir: string): Promise<number> {
  const [from, to] = [join(folder, BLOBS_FOLDER), join(dir, BLOBS_FOLDER)];
  for (const name of new Set(blobIds.map(dirname)))
    await mkdir(join(to, name), { recursive: true, mode: 0o700 });
  let missing = 0;
  for (let at = 0; at < blobIds.length; at += LINKS_AT_ONCE) {
    const some = blobIds.slice(at, at + LINKS_AT_ONCE);
    const found = await Promise.all(
      some.map((blobId) => linkOrCopy(placeBelow(from, blobId), placeBelow(to, blobId))),
    );
    missing += found.filter((isThere) => !isThere).length;
  }
  return missing;
}

/** Syncs all, readable for their owner alone. Linked bytes are synced already, not their names. */
async function syncAll(dir: string): Promise<void> {
  const blobs = join(dir, BLOBS_FOLDER);
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) await syncFolder(path);
    else if (entry.isFile() && !path.startsWith(blobs)) await sealFile(path);
  }
  await syncFolder(dir);
}

async function sealFile(path: string): Promise<void> {
  const handle: FileHandle = await open(path, "r");
  try {
    const { mode } = await handle.stat();
    if ((mode & 0o077) !== 0) await handle.chmod(mode & 0o700);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
